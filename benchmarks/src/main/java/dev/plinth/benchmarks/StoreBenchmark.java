package dev.plinth.benchmarks;

import dev.plinth.spi.Condition;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Put;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What only the store does: transactions, watches, leases. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class StoreBenchmark {
  private static final int KEYS = 100_000;
  private static final int LEASES = 100_000;

  private static Subject.OfStore filled() {
    Subject.OfStore subject = new Subject.OfStore();
    for (int i = 0; i < KEYS; i++) {
      subject.put(Keys.item(i), Keys.value(i));
    }
    return subject;
  }

  /** A store with keys. */
  @State(Scope.Benchmark)
  public static class WithKeys {
    private Subject.OfStore subject;

    /** Fills it. */
    @Setup(Level.Trial)
    public void fill() {
      subject = filled();
    }

    /** Closes it. */
    @TearDown(Level.Trial)
    public void close() {
      subject.close();
    }
  }

  /** A store with keys, and watches on other keys that lie among them. */
  @State(Scope.Benchmark)
  public static class WithOtherWatches {
    /** How many; half of them watch one key, half a prefix. */
    @Param({"0", "10000"})
    public int others;

    private Subject.OfStore subject;

    /** Fills it and opens the watches. */
    @Setup(Level.Trial)
    public void fill() {
      subject = filled();
      for (int i = 0; i < others; i++) {
        Key key = Keys.beside(i * (KEYS / others));
        Watch _ =
            subject
                .store()
                .watches()
                .open(WatchOptions.of(i % 2 == 0 ? KeyRange.single(key) : KeyRange.prefix(key)));
      }
    }

    /** Closes it. */
    @TearDown(Level.Trial)
    public void close() {
      subject.close();
    }
  }

  /** A store whose one key is watched. */
  @State(Scope.Benchmark)
  public static class WithWatches {
    /** How many watches see each change. */
    @Param({"1", "100", "10000"})
    public int watchers;

    private final List<Watch> watches = new ArrayList<>();
    private Subject.OfStore subject;

    /** Opens the watches. */
    @Setup(Level.Trial)
    public void open() {
      subject = filled();
      for (int i = 0; i < watchers; i++) {
        watches.add(subject.store().watches().open(WatchOptions.of(KeyRange.single(Keys.item(1)))));
      }
    }

    /** Closes the store and with it the watches. */
    @TearDown(Level.Trial)
    public void close() {
      subject.close();
    }
  }

  /** A store with leases. */
  @State(Scope.Benchmark)
  public static class WithLeases {
    private final List<LeaseId> leases = new ArrayList<>();
    private Subject.OfStore subject;

    /** Grants the leases. */
    @Setup(Level.Trial)
    public void grant() {
      subject = new Subject.OfStore();
      Store store = subject.store();
      for (int i = 0; i < LEASES; i++) {
        leases.add(store.leases().grant(Duration.ofSeconds(30)).id());
      }
    }

    /** Closes the store. */
    @TearDown(Level.Trial)
    public void close() {
      subject.close();
    }
  }

  /**
   * Reads a key and replaces it if it is still the same.
   *
   * @param state the store
   * @param walk which key
   * @return whether it was
   */
  @Benchmark
  public boolean replaceUnchanged(WithKeys state, Walk walk) {
    int number = walk.next(KEYS);
    Entry read = state.subject.store().keyValues().get(Keys.item(number)).orElseThrow();
    return state
        .subject
        .store()
        .keyValues()
        .commit(
            Transaction.when(Condition.unchanged(read))
                .then(Put.of(read.key(), Keys.value(number))))
        .conditionsHeld();
  }

  /**
   * Puts while watches look at other keys.
   *
   * @param state the store
   * @param walk which key
   * @return the revision
   */
  @Benchmark
  public Object putBesideWatches(WithOtherWatches state, Walk walk) {
    int number = walk.next(KEYS);
    return state.subject.store().keyValues().put(Keys.item(number), Keys.value(number));
  }

  /**
   * Puts, and takes the change from every watch.
   *
   * @param state the store
   * @return how many changes came
   */
  @Benchmark
  public int putAndDeliver(WithWatches state) {
    Revision _ = state.subject.store().keyValues().put(Keys.item(1), Keys.value(1));
    int changes = 0;
    for (Watch watch : state.watches) {
      changes += watch.tryNext().orElseThrow().changes().size();
    }
    return changes;
  }

  /**
   * Renews a lease.
   *
   * @param state the store
   * @param walk which lease
   * @return the lease
   */
  @Benchmark
  public Object renew(WithLeases state, Walk walk) {
    return state.subject.store().leases().renew(state.leases.get(walk.next(LEASES)));
  }
}

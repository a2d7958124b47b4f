package dev.plinth.distribution.wiring;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Put;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Tries a store as the services use it, without any of them: who its members are, and whether a key
 * with a lease can be written, read and deleted below a prefix.
 *
 * <p>One thread at a time. What it wrote is gone at its end, or with the lease.
 */
public final class StoreCheck implements AutoCloseable {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final int READS = 20;

  private final StoreRuntime runtime;
  private final Store store;

  private StoreCheck(StoreRuntime runtime, Store store) {
    this.runtime = runtime;
    this.store = store;
  }

  /**
   * Opens a store. Blocks until it answers, but no longer than its dial timeout.
   *
   * @param provider which store
   * @param section its settings
   * @return a check, to be closed by the caller
   * @throws StoreException if the store cannot be reached or refuses the credentials
   * @throws dev.plinth.spi.SettingsException if a key is unknown or a value is wrong
   */
  public static StoreCheck of(StoreProvider provider, Settings section) {
    StoreRuntime runtime = StoreRuntime.system();
    try {
      return new StoreCheck(runtime, StoreOpening.reached(provider, section, runtime));
    } catch (RuntimeException unreached) { // whatever it was, nobody else closes the runtime
      runtime.close();
      throw unreached;
    }
  }

  /**
   * Asks the store how it is.
   *
   * @return its members and more
   * @throws StoreException if it does not answer
   */
  public StoreStatus status() {
    return store.status();
  }

  /**
   * A thing that was tried.
   *
   * @param name what
   * @param took how long
   */
  public record Step(String name, Duration took) {}

  /**
   * Writes, reads and deletes a key that nobody else uses.
   *
   * @param prefix below which the key is
   * @return what was done, in order
   * @throws StoreException if the store refused or failed
   */
  public List<Step> probe(String prefix) {
    Key key =
        Key.utf8(prefix + "/probe/" + HexFormat.of().toHexDigits(runtime.random().nextLong()));
    Bytes value = Bytes.utf8("plinth");
    List<Step> steps = new ArrayList<>();
    long begun = runtime.nanoTime();
    LeaseInfo lease = store.leases().grant(TTL);
    steps.add(step("grant lease", begun));
    try {
      begun = runtime.nanoTime();
      store
          .keyValues()
          .commit(
              Transaction.of(
                  new Put(key, Optional.of(value), new Put.Attachment.To(lease.id()), false)));
      steps.add(step("put", begun));
      begun = runtime.nanoTime();
      boolean same =
          store.keyValues().get(key).filter(entry -> entry.value().equals(value)).isPresent();
      steps.add(step("get", begun));
      if (!same) {
        throw new StoreUnavailableException("the store does not return what was written");
      }
      steps.add(new Step("get, median of " + READS, median(key)));
      begun = runtime.nanoTime();
      store.keyValues().commit(Transaction.of(Delete.of(key)));
      steps.add(step("delete", begun));
    } finally {
      begun = runtime.nanoTime();
      store.leases().revoke(lease.id());
    }
    steps.add(step("revoke lease", begun));
    return steps;
  }

  private Duration median(Key key) {
    List<Duration> durations = new ArrayList<>();
    for (int i = 0; i < READS; i++) {
      long begun = runtime.nanoTime();
      store.keyValues().get(key);
      durations.add(Duration.ofNanos(runtime.nanoTime() - begun));
    }
    return durations.stream().sorted().toList().get(READS / 2);
  }

  private Step step(String name, long begun) {
    return new Step(name, Duration.ofNanos(runtime.nanoTime() - begun));
  }

  @Override
  public void close() {
    store.close();
    runtime.close();
  }
}

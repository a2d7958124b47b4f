package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.Await;
import dev.plinth.tck.Concurrently;
import dev.plinth.tck.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Two members of which one is enough, and a cut between them: both go on, and what the document of
 * the store says is lost when they meet is lost, and no more than that (F21, H12).
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(TestCluster.OUTAGES)
final class EvenSplitTest {
  private static final Key CONTESTED = Key.utf8("/contested");
  private static final Await PATIENT = new Await(Duration.ofMinutes(3));

  /** Calls may take long, for what each of them is answered is what is looked at. */
  private static final Map<String, ?> ONE_IS_ENOUGH =
      Map.of("cluster-size", 2, "minimum-members", 1, "backup-count", 1, "request-timeout", "20s");

  @Test
  void sidesThatMeetKeepTheWritesOfOneAndTellTheOther() {
    String name = "split-" + UUID.randomUUID();
    List<Integer> ports = Ports.free(2);
    try (MemberProcess first = new MemberProcess(name, ports, 0, ONE_IS_ENOUGH, false);
        MemberProcess second = new MemberProcess(name, ports, 1, ONE_IS_ENOUGH, false)) {
      first.start();
      second.start();
      awaitSize(2, first, second);
      PATIENT.until("both serve", () -> isServed(first) && isServed(second));
      try (Side one = new Side(first, "one");
          Side other = new Side(second, "other")) {
        first.firewall().cut(second.firewall());
        awaitSize(1, first, second);
        List.of(one, other).forEach(Side::goOnAlone);
        first.firewall().heal(second.firewall());
        second.firewall().heal(first.firewall());
        PATIENT.until("one of them is told", () -> one.isLost() || other.isLost());
        awaitSize(2, first, second);

        Side lost = one.isLost() ? one : other;
        Side kept = lost == one ? other : one;
        assertThat(address(lost))
            .as("of sides of one size, the one with the greater address gives up")
            .isGreaterThan(address(kept));
        lost.checkLost();
        kept.checkKept(lost);
        lost.checkLost();

        lost.process.kill();
        lost.process.start();
        PATIENT.until("it serves again", () -> isServed(lost.process));
        assertThat(lost.process.store().orElseThrow().keyValues().get(CONTESTED))
            .hasValueSatisfying(
                entry -> assertThat(entry.value()).isEqualTo(Bytes.utf8(kept.name)));
      }
    }
  }

  private static String address(Side side) {
    return side.process.instance().getCluster().getLocalMember().getAddress().toString();
  }

  private static void awaitSize(int size, MemberProcess... all) {
    for (MemberProcess each : all) {
      PATIENT.until(
          size + " members", () -> each.instance().getCluster().getMembers().size() == size);
    }
  }

  private static boolean isServed(MemberProcess process) {
    try {
      return process.store().orElseThrow().keyValues().current().value() > 0
          && process.instance().getPartitionService().isClusterSafe();
    } catch (StoreException notYet) {
      return false;
    }
  }

  /** What happens at one member: a lease, a watch, and a client that counts. */
  private static final class Side implements AutoCloseable {
    private final MemberProcess process;
    private final String name;
    private final Store store;
    private final Key counter;
    private final LeaseId lease;
    private final Watch watch;
    private final AtomicBoolean done = new AtomicBoolean();
    private final Future<Boolean> counting;
    private volatile long acknowledged;
    private volatile long together;
    private volatile boolean lost;

    Side(MemberProcess process, String name) {
      this.process = process;
      this.name = name;
      this.store = process.store().orElseThrow();
      this.counter = Key.utf8("/count/" + name);
      this.lease = store.leases().grant(Duration.ofMinutes(5)).id();
      this.watch = store.watches().open(WatchOptions.of(KeyRange.all()));
      this.counting = Concurrently.start(this::count);
    }

    boolean isLost() {
      if (counting.isDone()) {
        assertThat(Concurrently.result(counting, PATIENT.patience())).isTrue();
      }
      return lost;
    }

    /**
     * Counts up and reads what it wrote; once it is told that the data was lost, it is told nothing
     * else, and until then it never reads what came before.
     */
    private boolean count() {
      long revision = 0;
      for (long number = 1; !done.get(); number++) {
        try {
          Revision put = store.keyValues().put(counter, Bytes.utf8("" + number));
          assertThat(lost).as("a write was acknowledged after the data was lost").isFalse();
          assertThat(put.value()).isGreaterThan(revision);
          revision = put.value();
          acknowledged = number;
        } catch (StoreException no) {
          note(no);
        }
        try {
          long read = counted(counter);
          assertThat(lost).as("a read was answered after the data was lost").isFalse();
          assertThat(read).isBetween(acknowledged, number);
        } catch (StoreException no) {
          note(no);
        }
        LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
      }
      return true;
    }

    private void note(StoreException no) {
      if (no instanceof IncarnationLostException) {
        lost = true;
      }
      assertThat(lost && !(no instanceof IncarnationLostException))
          .as("after the data was lost: %s", no)
          .isFalse();
    }

    private long counted(Key key) {
      return store.keyValues().get(key).map(entry -> Long.valueOf(entry.value().utf8())).orElse(0L);
    }

    /** Does what only the data of this side will have. */
    void goOnAlone() {
      // One may have been under way.
      together = acknowledged + 1;
      PATIENT.until(name + " counts on", () -> acknowledged > together + 10 || counting.isDone());
      Revision contested = store.keyValues().put(CONTESTED, Bytes.utf8(name));
      Revision own = store.keyValues().put(Key.utf8("/own/" + name), Bytes.EMPTY);
      assertThat(own).isGreaterThan(contested);
      assertThat(isLost()).isFalse();
    }

    /** Everything says that the data was lost. */
    void checkLost() {
      List<Consumer<Store>> everything =
          List.of(
              s -> s.keyValues().get(counter),
              s -> s.keyValues().current(),
              s -> s.keyValues().list(KeyRange.all()),
              s -> s.keyValues().put(CONTESTED, Bytes.EMPTY),
              s -> s.keyValues().delete(counter),
              s -> s.keyValues().compact(Revision.of(2)),
              s -> s.leases().renew(lease),
              s -> s.leases().describe(lease),
              s -> s.leases().list(),
              s -> s.leases().grant(Duration.ofMinutes(1)),
              s -> s.leases().revoke(lease),
              s -> s.watches().open(WatchOptions.of(KeyRange.all())),
              Store::status);
      for (int i = 0; i < everything.size(); i++) {
        Consumer<Store> each = everything.get(i);
        assertThatExceptionOfType(IncarnationLostException.class)
            .as("call %s", i)
            .isThrownBy(() -> each.accept(store));
      }
      assertThatExceptionOfType(IncarnationLostException.class)
          .isThrownBy(() -> {
            while (true) {
              var unused = watch.poll(PATIENT.patience()).orElseThrow();
            }
          });
    }

    /** All that this side wrote is there, nothing of the other's is, and the watch goes on. */
    void checkKept(Side other) {
      done.set(true);
      assertThat(Concurrently.result(counting, PATIENT.patience())).isTrue();
      assertThat(lost).isFalse();
      assertThat(counted(counter)).isGreaterThanOrEqualTo(acknowledged);
      assertThat(store.keyValues().get(CONTESTED).orElseThrow().value())
          .isEqualTo(Bytes.utf8(name));
      assertThat(store.keyValues().get(Key.utf8("/own/" + name))).isPresent();
      assertThat(store.keyValues().get(Key.utf8("/own/" + other.name))).isEmpty();
      // What was under way when the other side gave up may have been carried out here.
      assertThat(counted(other.counter))
          .as("what the other side counted alone is gone")
          .matches(number -> number <= other.together || number > other.acknowledged);
      assertThat(store.leases().renew(lease).id()).isEqualTo(lease);
      long last = store.keyValues().put(Key.utf8("/end"), Bytes.EMPTY).value();
      List<Long> seen = new ArrayList<>();
      while (seen.isEmpty() || seen.getLast() < last) {
        seen.addAll(next().stream().map(change -> change.revision().value()).toList());
      }
      assertThat(seen).doesNotHaveDuplicates().isSorted();
      assertThat(seen).as("no gap").hasSize((int) (last - watch.startedAt().value()));
    }

    private List<Change> next() {
      try {
        return watch.poll(PATIENT.patience()).orElseThrow().changes();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", interrupted);
      }
    }

    @Override
    public void close() {
      done.set(true);
      watch.close();
    }
  }
}

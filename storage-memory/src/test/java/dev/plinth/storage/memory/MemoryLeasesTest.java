package dev.plinth.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.tck.ForwardingRuntime;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What ends leases besides their timer: whoever comes after their time. */
final class MemoryLeasesTest {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Key KEY = Key.utf8("k");

  /** A clock that is moved by hand, and a timer that never fires. */
  private static final class TimerLess extends ForwardingRuntime {
    private final VirtualRuntime virtual;

    TimerLess() {
      this(new VirtualRuntime());
    }

    private TimerLess(VirtualRuntime virtual) {
      super(virtual);
      this.virtual = virtual;
    }

    void advance(Duration by) {
      virtual.advance(by);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return () -> {};
    }
  }

  private static Store open(StoreRuntime runtime) {
    return new MemoryStoreProvider().open(Settings.empty(), runtime);
  }

  @Test
  void aRenewalAtTheDeadlineComesTooLateAndOneBeforeItDoesNot() {
    TimerLess runtime = new TimerLess();
    try (Store store = open(runtime)) {
      LeaseId lease = store.leases().grant(TTL).id();
      assertThat(store.keyValues().put(KEY, Bytes.EMPTY, lease).value()).isEqualTo(2);
      runtime.advance(TTL.minusNanos(1));
      assertThat(store.leases().renew(lease).remaining()).isEqualTo(TTL);
      runtime.advance(TTL.minusNanos(1));
      assertThat(store.leases().describe(lease).orElseThrow().remaining())
          .isEqualTo(Duration.ofNanos(1));
      assertThat(store.keyValues().get(KEY)).isPresent();
      runtime.advance(Duration.ofNanos(1));
      assertThatThrownBy(() -> store.leases().renew(lease)).isInstanceOf(LeaseLostException.class);
      assertThat(store.keyValues().get(KEY)).isEmpty();
      assertThat(store.keyValues().current().value()).isEqualTo(3);
    }
  }

  @Test
  void aPutThatNamesAnOverdueLeaseIsRefused() {
    TimerLess runtime = new TimerLess();
    try (Store store = open(runtime)) {
      LeaseId lease = store.leases().grant(TTL).id();
      runtime.advance(TTL);
      assertThatThrownBy(() -> store.keyValues().put(KEY, Bytes.EMPTY, lease))
          .isInstanceOfSatisfying(
              RequestRefusedException.class,
              refused ->
                  assertThat(refused.reason())
                      .isEqualTo(RequestRefusedException.Reason.LEASE_NOT_FOUND));
      assertThat(store.leases().list()).isEmpty();
      assertThat(store.leases().grant(lease, TTL).id()).isEqualTo(lease);
    }
  }

  @Test
  void anyWriteEndsWhatIsOverFirstEachLeaseInARevisionOfItsOwn() {
    TimerLess runtime = new TimerLess();
    try (Store store = open(runtime)) {
      for (int i = 0; i < 3; i++) {
        LeaseId lease = store.leases().grant(TTL).id();
        assertThat(store.keyValues().put(Key.utf8("a" + i), Bytes.EMPTY, lease).value())
            .isEqualTo(2 + i);
      }
      runtime.advance(TTL);
      assertThat(store.keyValues().put(KEY, Bytes.EMPTY).value()).isEqualTo(8);
      assertThat(store.keyValues().list(KeyRange.all()).count()).isEqualTo(1);
    }
  }

  @Test
  void theTimerEndsManyLeasesEachAtItsTime() {
    VirtualRuntime runtime = new VirtualRuntime();
    try (Store store = open(runtime)) {
      List<LeaseInfo> leases = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        leases.add(store.leases().grant(Duration.ofSeconds(2 + i)));
        assertThat(
                store
                    .keyValues()
                    .put(Key.utf8("k" + i), Bytes.EMPTY, leases.getLast().id())
                    .value())
            .isEqualTo(2 + i);
      }
      assertThat(store.leases().renew(leases.getFirst().id()).granted())
          .isEqualTo(Duration.ofSeconds(2));
      for (int i = 0; i < 100; i++) {
        runtime.advance(Duration.ofSeconds(i == 0 ? 2 : 1).minusNanos(1));
        assertThat(store.keyValues().list(KeyRange.all()).count()).isEqualTo(100 - i);
        runtime.advance(Duration.ofNanos(1));
        assertThat(store.keyValues().list(KeyRange.all()).count()).isEqualTo(99 - i);
      }
    }
  }

  @Test
  void theLongestTimeToLiveNeverEnds() {
    VirtualRuntime runtime = new VirtualRuntime();
    try (Store store = open(runtime)) {
      LeaseInfo lease = store.leases().grant(store.limits().longestTtl());
      assertThat(lease.granted().toSeconds()).isEqualTo(9_000_000_000L);
      runtime.advance(Duration.ofDays(30));
      assertThat(store.leases().list()).containsExactly(lease.id());
    }
  }
}

package dev.plinth.chassis.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.chassis.testing.Stores;
import dev.plinth.chassis.testing.UnreachableStore;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MeasuredStoreTest {
  private static final Key KEY = Key.utf8("/a");

  @Test
  void operationsAreCountedByOutcomeAndTheRestPassesThrough() throws InterruptedException {
    try (PrometheusMetrics metrics = PrometheusMetrics.start();
        Store behind = Stores.memory();
        Store store = MeasuredStore.around(behind, metrics.registry())) {
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(KEY)))) {
        store.keyValues().put(KEY, Bytes.utf8("1"));
        assertThat(watch.next().changes()).hasSize(1);
      }
      assertThat(store.keyValues().get(KEY)).isPresent();
      assertThat(store.keyValues().list(KeyRange.all()).entries()).hasSize(1);
      store.leases().grant(Duration.ofSeconds(10));
      assertThatThrownBy(() -> store.leases().renew(LeaseId.of(99)))
          .isInstanceOf(StoreException.class);
      assertThatThrownBy(() -> store.keyValues().put(Key.utf8(""), Bytes.EMPTY))
          .isInstanceOf(StoreException.class);
      assertThat(store.status()).isEqualTo(behind.status());
      assertThat(store.limits()).isEqualTo(behind.limits());
      assertThat(store.capabilities()).isEqualTo(behind.capabilities());
      assertThat(store.runtime()).isSameAs(behind.runtime());
      assertThat(metrics.text())
          .contains(count("commit", "ok", 1))
          .contains(count("commit", "refused", 1))
          .contains(count("read", "ok", 2))
          .contains(count("lease-grant", "ok", 1))
          .contains(count("lease-renew", "lease-lost", 1))
          .contains(count("watch-open", "ok", 1))
          .contains("jvm_threads_platform")
          .contains("process_uptime_seconds");
    }
  }

  @Test
  void whatAStoreMeasuresItselfIsOnThePageWhetherItCanBeReachedOrNot() {
    try (PrometheusMetrics metrics = PrometheusMetrics.start();
        UnreachableStore behind = new UnreachableStore(Stores.memory())) {
      behind.reachable(true);
      Store store = MeasuredStore.around(behind, metrics.registry());
      assertThat(store.measurements()).isEqualTo(behind.measurements());
      assertThat(metrics.text())
          .contains("# HELP plinth_store_reachable 1 while it can be reached\n")
          .contains("plinth_store_reachable 1.0\n")
          .contains("plinth_store_distance_meters NaN\n");
      behind.reachable(false);
      assertThat(metrics.text()).contains("plinth_store_reachable 0.0\n");
    }
  }

  private static String count(String operation, String outcome, int count) {
    return "plinth_store_operation_seconds_count{operation=\""
        + operation
        + "\",outcome=\""
        + outcome
        + "\"} "
        + count;
  }
}

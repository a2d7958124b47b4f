package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.tck.ForwardingRuntime;
import dev.plinth.tck.RunningTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Opens stores that ask their first endpoint first, and closes them with everything they use. */
final class Clients implements AutoCloseable {
  /** What a call may take beyond its deadline (G37), while the process runs. */
  private static final Duration MARGIN = Duration.ofMillis(500).plusSeconds(1);

  private final StoreRuntime runtime = new FirstFirst(StoreRuntime.system());
  private final List<Store> opened = new ArrayList<>();

  /** Opens a store that waits for a while that is given. */
  Store open(List<String> endpoints, Duration requestTimeout, Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("endpoints", endpoints);
    settings.put("request-timeout", requestTimeout);
    Store store = StoreProvider.named("etcd").open(Settings.of(settings), runtime);
    opened.add(store);
    return store;
  }

  Store open(List<String> endpoints, Duration requestTimeout) {
    return open(endpoints, requestTimeout, Map.of());
  }

  /** Returns the failure of a call that ends in time (G37). */
  static StoreException failsWithin(Duration timeout, Runnable call) {
    try (RunningTime time = RunningTime.start()) {
      try {
        call.run();
      } catch (StoreException failure) {
        assertThat(time.elapsed()).as("how long until " + failure).isLessThan(timeout.plus(MARGIN));
        return failure;
      }
      throw new AssertionError("the call did not fail");
    }
  }

  @Override
  public void close() {
    opened.forEach(Store::close);
    runtime.close();
  }

  /** Draws the lowest number each time. */
  private static final class FirstFirst extends ForwardingRuntime {
    FirstFirst(StoreRuntime real) {
      super(real);
    }

    @Override
    public RandomGenerator random() {
      return () -> 0L;
    }
  }
}

package dev.plinth.tck;

import dev.plinth.spi.Store;
import java.time.Duration;
import java.util.Optional;

/**
 * A fixture whose stores are opened with a {@link VirtualRuntime}, each with its own, and live by
 * it alone.
 *
 * @since 0.1
 */
public interface VirtualTimeFixture extends StoreFixture {
  @Override
  default void advance(Store store, Duration by) {
    time(store).advance(by);
  }

  @Override
  default Duration tolerance() {
    return Duration.ZERO;
  }

  @Override
  default Duration ttl() {
    return Duration.ofSeconds(4);
  }

  @Override
  default Optional<WallClock> wallClock(Store store) {
    return Optional.of(time(store)::stepWallClock);
  }

  private static VirtualRuntime time(Store store) {
    return (VirtualRuntime) store.runtime();
  }
}

package dev.plinth.chassis.testing;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;

/** Opens stores for tests. */
public final class Stores {
  private Stores() {}

  /** Opens an empty store in memory, in real time. */
  public static Store memory() {
    return memory(StoreRuntime.system());
  }

  /** Opens an empty store in memory, in the time of a runtime. */
  public static Store memory(StoreRuntime runtime) {
    return StoreProvider.named("memory").open(Settings.empty(), runtime);
  }
}

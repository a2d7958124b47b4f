package dev.plinth.benchmarks;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import java.lang.management.ManagementFactory;
import java.util.Map;

/** Measures what a kept revision takes of the heap. */
final class HistoryMemory {
  private static final int KEYS = 100_000;
  private static final int REVISIONS = 200_000;
  private static final int VALUE_BYTES = 128;

  private HistoryMemory() {}

  /** Returns the bytes that one replaced value costs, beyond its 128 bytes. */
  static double overheadPerRevision() {
    Settings settings =
        Settings.of(Map.of("history-revisions", 0, "history-bytes", 0, "history-age", "0s"));
    try (StoreRuntime runtime = StoreRuntime.system();
        Store store = StoreProvider.named("memory").open(settings, runtime)) {
      Walk walk = new Walk();
      walk.begin();
      for (int i = 0; i < KEYS; i++) {
        put(store, i);
      }
      long before = used();
      for (int i = 0; i < REVISIONS; i++) {
        put(store, walk.next(KEYS));
      }
      double each = (double) (used() - before) / REVISIONS;
      if (store.status().historyRevisions().orElse(0L) < REVISIONS) {
        throw new IllegalStateException("not every revision was kept");
      }
      return each - VALUE_BYTES;
    }
  }

  private static void put(Store store, int number) {
    store.keyValues().put(Keys.item(number), Keys.value(number)).value();
  }

  @SuppressWarnings("SystemGc") // what is left after a collection is what is measured
  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}

package dev.plinth.benchmarks;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** What is measured: the memory store, or the map of the JDK that it is compared with. */
sealed interface Subject extends AutoCloseable {
  String STORE = "store";
  String SKIP_LIST = "skip-list";

  static Subject named(String name) {
    return name.equals(STORE) ? new OfStore() : new OfSkipList();
  }

  @Nullable Object get(Key key);

  @Nullable Object put(Key key, Bytes value);

  @Override
  void close();

  /** The memory store with its default settings. */
  final class OfStore implements Subject {
    private final StoreRuntime runtime = StoreRuntime.system();
    private final Store store = StoreProvider.named("memory").open(Settings.empty(), runtime);

    Store store() {
      return store;
    }

    @Override
    public @Nullable Object get(Key key) {
      return store.keyValues().get(key);
    }

    @Override
    public @Nullable Object put(Key key, Bytes value) {
      return store.keyValues().put(key, value);
    }

    @Override
    public void close() {
      store.close();
      runtime.close();
    }
  }

  /** The sorted concurrent map of the JDK: no revisions, no history, no watches. */
  final class OfSkipList implements Subject {
    private final ConcurrentSkipListMap<Key, Bytes> map = new ConcurrentSkipListMap<>();

    @Override
    public @Nullable Object get(Key key) {
      return map.get(key);
    }

    @Override
    public @Nullable Object put(Key key, Bytes value) {
      return map.put(key, value);
    }

    @Override
    public void close() {}
  }
}

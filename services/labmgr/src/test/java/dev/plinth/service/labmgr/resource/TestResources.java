package dev.plinth.service.labmgr.resource;

import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Store;
import java.time.Duration;
import java.util.Set;

/** Builds the use cases on a store for tests of other packages. */
public final class TestResources {
  private TestResources() {}

  /** Returns the use cases on a store, without an informer that runs. */
  public static Resources on(Store store, ResourceKind kind) {
    ResourceKeys keys = new ResourceKeys(KeySpace.of("/labs"));
    ResourceCodec codec = new ResourceCodec();
    ResourceRepository repository = new ResourceRepository(store, keys, codec);
    ResourceInformerLoop informer = new ResourceInformerLoop(store, keys, codec, Set.of(kind));
    return new Resources(
        repository,
        new ResourceLists(repository, informer),
        new WatchTiming(Duration.ofSeconds(30)),
        store.runtime());
  }
}

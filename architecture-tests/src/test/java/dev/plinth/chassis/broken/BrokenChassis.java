package dev.plinth.chassis.broken;

import dev.plinth.service.brokentwo.broken.BrokenNodesRepository;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;

/** Breaks the rules of the chassis: knows a service, and a store where it may not. */
public final class BrokenChassis {
  Object service() {
    return new BrokenNodesRepository();
  }

  Revision store(Store store) {
    return store.keyValues().current();
  }
}

package dev.plinth.storage.broken;

import com.hazelcast.BrokenDriver;
import dev.plinth.chassis.error.NotFoundException;

/** Breaks the rules of stores: public, knows the chassis and another store's driver. */
public final class BrokenStore {
  Class<?> chassis() {
    return NotFoundException.class;
  }

  Object driver() {
    return new BrokenDriver();
  }

  boolean isMissing(Object error) {
    return error instanceof NotFoundException;
  }
}

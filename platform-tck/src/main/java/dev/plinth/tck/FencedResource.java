package dev.plinth.tck;

import dev.plinth.spi.election.FencingToken;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A resource outside the store that takes work with a token, and never an older token after a newer
 * one. Thread-safe.
 */
final class FencedResource {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<FencingToken> accepted = new ArrayList<>();

  boolean use(FencingToken token) {
    lock.lock();
    try {
      if (!accepted.isEmpty() && token.compareTo(accepted.getLast()) < 0) {
        return false;
      }
      accepted.add(token);
      return true;
    } finally {
      lock.unlock();
    }
  }

  List<FencingToken> accepted() {
    lock.lock();
    try {
      return List.copyOf(accepted);
    } finally {
      lock.unlock();
    }
  }
}

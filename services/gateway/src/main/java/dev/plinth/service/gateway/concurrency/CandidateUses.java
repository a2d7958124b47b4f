package dev.plinth.service.gateway.concurrency;

import dev.plinth.spi.Key;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which calls share a candidate: a client whose connection broke asks again with the same lease
 * before the gateway knows that the first call is over. Then the key stays for the second.
 *
 * <p>Thread-safe.
 */
final class CandidateUses {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, Use> uses = new HashMap<>();

  @Inject
  CandidateUses() {}

  /** Guarded by the lock. */
  private static final class Use {
    private int calls;
    private boolean made;
    private boolean kept;
  }

  /** Notes a call before it may make the key. */
  void begin(Key key) {
    lock.lock();
    try {
      uses.computeIfAbsent(key, _ -> new Use()).calls++;
    } finally {
      lock.unlock();
    }
  }

  /** Notes that a call which has begun made the key: it was not there before. */
  void made(Key key) {
    lock.lock();
    try {
      Use use = uses.get(key);
      if (use != null) {
        use.made = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes that a call is over.
   *
   * @param key its candidate's
   * @param kept whether its client knows that it has what it asked for
   * @return whether the key must go, because calls of this gateway made it and no client knows
   */
  boolean end(Key key, boolean kept) {
    lock.lock();
    try {
      Use use = uses.get(key);
      if (use == null) {
        return false;
      }
      use.kept |= kept;
      use.calls--;
      if (use.calls > 0) {
        return false;
      }
      uses.remove(key);
      return use.made && !use.kept;
    } finally {
      lock.unlock();
    }
  }
}

package dev.plinth.service.centro.document;

import dev.plinth.spi.Key;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stored values that background work came across and could not read.
 *
 * <p>Thread-safe; one lock.
 */
public final class InvalidDocuments {
  private static final Logger LOG = LoggerFactory.getLogger(InvalidDocuments.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, String> problems = new HashMap<>();

  @Inject
  InvalidDocuments() {}

  /**
   * Notes one; it is passed over.
   *
   * @param document where, and what is wrong
   */
  public void note(InvalidDocument document) {
    lock.lock();
    try {
      if (document.problem().equals(problems.put(document.key(), document.problem()))) {
        return;
      }
    } finally {
      lock.unlock();
    }
    LOG.atWarn()
        .addKeyValue("key", document.key())
        .addKeyValue("problem", document.problem())
        .log("A stored document cannot be read and is passed over");
  }

  /**
   * Notes that a key is well again, or gone.
   *
   * @param key which
   */
  public void clear(Key key) {
    lock.lock();
    try {
      problems.remove(key);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns how many there are.
   *
   * @return those noted and not cleared
   */
  public int count() {
    lock.lock();
    try {
      return problems.size();
    } finally {
      lock.unlock();
    }
  }
}

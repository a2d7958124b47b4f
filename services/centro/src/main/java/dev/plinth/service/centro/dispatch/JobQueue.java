package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.job.Shape;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What this server knows of the queue, in order.
 *
 * <p>Thread-safe; one lock, never held across a call to the store.
 *
 * <p>Jobs are kept by shape, so that a node is compared once with each shape and not with each job:
 * the first job that fits is found behind any number that do not. What is here may be behind the
 * store; only a transaction hands a job out. A job that one thread tries to hand out is passed over
 * by the others meanwhile, so that they do not all try the same.
 */
final class JobQueue {

  /**
   * What was found for a node.
   *
   * @param job the first one that fits; the caller gives it back with {@link #giveBack} or {@link
   *     #forget}
   * @param lacking what the shapes before it, or all if there is none, lack on the node
   */
  record Found(Optional<QueuedJob> job, Map<Shape, String> lacking) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, QueuedJob> byKey = new HashMap<>();
  private final Map<Shape, TreeSet<QueuedJob>> byShape = new HashMap<>();
  private final Set<Key> tried = new HashSet<>();

  @Inject
  JobQueue() {}

  /** Takes note of a job that waits, instead of an older version of it. */
  void put(QueuedJob job) {
    lock.lock();
    try {
      remove(job.key());
      byKey.put(job.key(), job);
      byShape.computeIfAbsent(job.shape(), shape -> new TreeSet<>()).add(job);
    } finally {
      lock.unlock();
    }
  }

  /** Takes note that a key is gone or cannot be read. */
  void drop(Key key) {
    lock.lock();
    try {
      remove(key);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything, before it is listed anew. */
  void clear() {
    lock.lock();
    try {
      byKey.clear();
      byShape.clear();
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return byKey.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Finds the first job for a node.
   *
   * @param lack what a shape lacks on the node, or nothing if it fits
   * @param isBarred jobs that must not be found all the same
   */
  Found take(Function<Shape, Optional<String>> lack, Predicate<QueuedJob> isBarred) {
    lock.lock();
    try {
      Map<Shape, String> lacking = new LinkedHashMap<>();
      Optional<QueuedJob> best = Optional.empty();
      for (Map.Entry<Shape, TreeSet<QueuedJob>> entry : byShape.entrySet()) {
        Optional<String> what = lack.apply(entry.getKey());
        if (what.isPresent()) {
          lacking.put(entry.getKey(), what.get());
          continue;
        }
        for (QueuedJob job : entry.getValue()) {
          if (best.isPresent() && best.get().compareTo(job) < 0) {
            break;
          }
          if (!tried.contains(job.key()) && !isBarred.test(job)) {
            best = Optional.of(job);
            break;
          }
        }
      }
      best.ifPresent(job -> tried.add(job.key()));
      return new Found(best, lacking);
    } finally {
      lock.unlock();
    }
  }

  /** Lets others try the job again. */
  void giveBack(QueuedJob job) {
    lock.lock();
    try {
      tried.remove(job.key());
    } finally {
      lock.unlock();
    }
  }

  /** Drops this version of the job, which the store does not have any more. */
  void forget(QueuedJob job) {
    lock.lock();
    try {
      tried.remove(job.key());
      QueuedJob known = byKey.get(job.key());
      Revision seen = job.modified();
      if (known != null && !known.modified().isAfter(seen)) {
        remove(job.key());
      }
    } finally {
      lock.unlock();
    }
  }

  private void remove(Key key) {
    QueuedJob known = byKey.remove(key);
    if (known != null) {
      TreeSet<QueuedJob> alike = byShape.get(known.shape());
      if (alike != null) {
        alike.remove(known);
        if (alike.isEmpty()) {
          byShape.remove(known.shape());
        }
      }
    }
  }
}

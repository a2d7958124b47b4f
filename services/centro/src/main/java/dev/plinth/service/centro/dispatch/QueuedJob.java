package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.job.Shape;
import dev.plinth.service.centro.job.StoredJob;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import java.util.Comparator;

/**
 * A job in the queue, in the queue's order: higher priorities first, then by sequence, then by key.
 *
 * <p>Immutable.
 *
 * @param priority higher ones first
 * @param sequence lower ones first
 * @param shape which nodes it fits
 * @param stored the version of its document that was seen
 */
record QueuedJob(int priority, long sequence, Shape shape, StoredJob stored)
    implements Comparable<QueuedJob> {
  private static final Comparator<QueuedJob> ORDER =
      Comparator.comparingInt(QueuedJob::priority)
          .reversed()
          .thenComparingLong(QueuedJob::sequence)
          .thenComparing(QueuedJob::key);

  static QueuedJob of(StoredJob stored) {
    return new QueuedJob(
        stored.job().spec().priority(), stored.sequence(), Shape.of(stored.job().spec()), stored);
  }

  Key key() {
    return stored.entry().key();
  }

  Revision modified() {
    return stored.entry().modified();
  }

  @Override
  public int compareTo(QueuedJob other) {
    return ORDER.compare(this, other);
  }
}

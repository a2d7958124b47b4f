package dev.plinth.service.centro.dispatch;

import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.service.centro.document.InvalidDocument;
import dev.plinth.service.centro.document.InvalidDocuments;
import dev.plinth.service.centro.document.UnreadableDocumentException;
import dev.plinth.service.centro.job.JobCodec;
import dev.plinth.service.centro.job.JobKeys;
import dev.plinth.service.centro.job.JobStatus;
import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.cache.CacheUpdate;
import dev.plinth.spi.cache.RangeCache;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings the queue of the store into the {@link JobQueue} of this server.
 *
 * <p>Thread-safe; one lock, for applying changes in order.
 */
final class QueueRepository implements Managed {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Store store;
  private final JobKeys keys;
  private final JobCodec codec;
  private final JobQueue queue;
  private final InvalidDocuments invalid;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable RangeCache cache;
  private Revision applied = Revision.ZERO;

  @Inject
  QueueRepository(
      Store store, JobKeys keys, JobCodec codec, JobQueue queue, InvalidDocuments invalid) {
    this.store = store;
    this.keys = keys;
    this.codec = codec;
    this.queue = queue;
    this.invalid = invalid;
  }

  @Override
  public Phase phase() {
    return Phase.PREPARE;
  }

  @Override
  public void start() {
    cache = RangeCache.open(store, keys.in(JobStatus.Place.QUEUE));
  }

  @Override
  public void stop() {
    RangeCache open = cache;
    if (open != null) {
      open.close();
    }
  }

  /**
   * Makes sure that the queue shows a revision, so that a job submitted or returned before a node
   * asked is not overlooked.
   *
   * @throws StoreUnavailableException if it does not in time
   */
  void awaitSeen(Revision revision) {
    RangeCache open = cache;
    try {
      if (open != null && open.awaitRevision(revision, PATIENCE)) {
        apply(open);
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    throw new StoreUnavailableException("read the queue: not known up to revision " + revision);
  }

  /** Returns how many keys wait; not a number if that is not known. */
  double depth() {
    RangeCache open = cache;
    if (open == null) {
      return Double.NaN;
    }
    try {
      return open.snapshot().size();
    } catch (StoreException unknown) {
      return Double.NaN;
    }
  }

  private void apply(RangeCache open) {
    lock.lock();
    try {
      Optional<CacheUpdate> update = open.changesSince(applied);
      if (update.isPresent()) {
        if (update.get().resync()) {
          queue.clear();
          update.get().snapshot().forEach(this::put);
        } else {
          update.get().changes().forEach(this::put);
        }
        applied = update.get().revision();
      }
    } finally {
      lock.unlock();
    }
  }

  private void put(Change change) {
    switch (change.kind()) {
      case PUT -> put(change.entry());
      case DELETE -> drop(change.key());
    }
  }

  private void put(Entry entry) {
    try {
      queue.put(QueuedJob.of(codec.decode(entry)));
      invalid.clear(entry.key());
    } catch (UnreadableDocumentException unreadable) {
      queue.drop(entry.key());
      invalid.note(new InvalidDocument(entry.key(), unreadable.problem()));
    }
  }

  private void drop(Key key) {
    queue.drop(key);
    invalid.clear(key);
  }
}

package dev.plinth.service.centro.job;

import dev.plinth.service.centro.document.InvalidDocument;
import dev.plinth.service.centro.document.UnreadableDocumentException;
import dev.plinth.service.centro.id.JobId;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Submits, finds, lists and cancels; what happens between a node and a job is not here.
 *
 * <p>Thread-safe. Every call blocks no longer than a few requests to the store.
 */
final class JobRepository {
  /** How many documents a request reads at once, and how many it looks at before it answers. */
  private static final int READ_AT_ONCE = 250;

  private static final int MOST_LOOKED_AT = 5000;

  private final Store store;
  private final JobKeys keys;
  private final JobCodec codec;

  @Inject
  JobRepository(Store store, JobKeys keys, JobCodec codec) {
    this.store = store;
    this.keys = keys;
    this.codec = codec;
  }

  /** Queues a new job; returns whether its name was free. */
  boolean create(Job job) {
    return store
        .keyValues()
        .commit(
            Transaction.when(
                    keys.noneQueued(job.id()),
                    Condition.absent(keys.active(job.id())),
                    Condition.absent(keys.history(job.id())))
                .then(Put.of(keys.of(job), codec.encode(job))))
        .conditionsHeld();
  }

  JobLookup find(JobId id) {
    KeyRange waiting = keys.queued(id);
    Commit commit =
        store
            .keyValues()
            .commit(
                Transaction.of(
                    Read.of(keys.active(id)),
                    Read.of(keys.history(id)),
                    Read.of(waiting).limitedTo(READ_AT_ONCE)));
    for (int i = 0; i < 2; i++) {
      if (!commit.read(i).entries().isEmpty()) {
        return decode(commit.read(i).entries().getFirst());
      }
    }
    Slice slice = commit.read(2);
    while (true) {
      for (Entry entry : slice.entries()) {
        if (keys.idOf(entry.key()).equals(Optional.of(id))) {
          return decode(entry);
        }
      }
      if (!slice.more()) {
        return new JobLookup.Missing();
      }
      KeyRange rest = KeyRange.between(slice.entries().getLast().key().next(), endOf(waiting));
      slice = store.keyValues().read(Read.of(rest).at(commit.revision()).limitedTo(READ_AT_ONCE));
    }
  }

  /** Moves a queued job into the history; returns whether it was still the one that was read. */
  boolean cancel(StoredJob queued, Job cancelled) {
    Key to = keys.of(cancelled);
    return store
        .keyValues()
        .commit(
            Transaction.when(Condition.unchanged(queued.entry()), Condition.absent(to))
                .then(Delete.of(queued.entry().key()), Put.of(to, codec.encode(cancelled, queued))))
        .conditionsHeld();
  }

  /** Lists from the beginning, as everything is now. */
  JobPage list(JobFilter filter, int limit) {
    KeyRange range = rangeOf(filter);
    return page(filter, limit, Revision.ZERO, range.start(), endOf(range));
  }

  /** Lists behind a key, as everything was at a revision. */
  JobPage list(JobFilter filter, int limit, Revision at, Key behind) {
    KeyRange range = rangeOf(filter);
    Key next = behind.next();
    Key start = next.compareTo(range.start()) < 0 ? range.start() : next;
    return page(filter, limit, at, start, endOf(range));
  }

  private JobPage page(JobFilter filter, int limit, Revision at, Key from, Key end) {
    List<Job> jobs = new ArrayList<>();
    List<InvalidDocument> invalid = new ArrayList<>();
    Revision revision = at;
    Key start = from;
    int looked = 0;
    while (start.compareTo(end) < 0) {
      Slice slice =
          store
              .keyValues()
              .read(Read.of(KeyRange.between(start, end)).at(revision).limitedTo(READ_AT_ONCE));
      revision = at.equals(Revision.ZERO) && looked == 0 ? slice.revision() : revision;
      for (Entry entry : slice.entries()) {
        if (keys.placeOf(entry.key()).isPresent()) {
          switch (decode(entry)) {
            case JobLookup.Found found when filter.shows(found.stored().job()) ->
                jobs.add(found.stored().job());
            case JobLookup.Unreadable unreadable -> invalid.add(unreadable.document());
            case JobLookup.Found other -> {}
            case JobLookup.Missing none -> {}
          }
        }
        looked++;
        start = entry.key().next();
        if (jobs.size() + invalid.size() >= limit || looked >= MOST_LOOKED_AT) {
          return new JobPage(revision, jobs, invalid, Optional.of(entry.key()));
        }
      }
      if (!slice.more()) {
        break;
      }
    }
    return new JobPage(revision, jobs, invalid, Optional.empty());
  }

  private JobLookup decode(Entry entry) {
    try {
      return new JobLookup.Found(codec.decode(entry));
    } catch (UnreadableDocumentException unreadable) {
      return new JobLookup.Unreadable(new InvalidDocument(entry.key(), unreadable.problem()));
    }
  }

  private KeyRange rangeOf(JobFilter filter) {
    return filter.place().map(keys::in).orElseGet(keys::all);
  }

  private static Key endOf(KeyRange prefix) {
    return prefix.end().orElseThrow();
  }
}

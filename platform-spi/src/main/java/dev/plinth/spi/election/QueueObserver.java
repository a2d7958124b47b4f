package dev.plinth.spi.election;

import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows a queue on its reader's thread: lists the candidates, then keeps the list by a watch.
 *
 * <p>Everything but {@code closed} and {@code wakeup} belongs to the reader.
 */
final class QueueObserver implements LeaderWatch {
  private static final Duration RETRY = Duration.ofMillis(200);

  private final Store store;
  private final CandidateQueue queue;
  private final Wakeup wakeup = new Wakeup();
  private volatile boolean closed;

  private final Map<Key, Entry> candidates = new HashMap<>();
  private Revision seen = Revision.ZERO;
  private Optional<Observation> delivered = Optional.empty();
  private @Nullable Watch watch;

  QueueObserver(Store store, CandidateQueue queue) {
    this.store = store;
    this.queue = queue;
  }

  @Override
  public Observation next() throws InterruptedException {
    while (true) {
      Optional<Observation> news = look();
      if (news.isPresent()) {
        return news.get();
      }
      wakeup.await();
    }
  }

  @Override
  public Optional<Observation> poll(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    Optional<Observation> news = look();
    while (news.isEmpty() && left > 0) {
      left = wakeup.await(left);
      news = look();
    }
    return news;
  }

  @Override
  public void close() {
    closed = true;
    wakeup.signal();
  }

  /** Takes in all there is, without waiting, and says how it stands if that is news. */
  private Optional<Observation> look() {
    if (closed) {
      drop();
      throw new HandleClosedException("observe " + queue.range() + ": it was closed");
    }
    try {
      Watch present = watch == null ? list() : watch;
      for (Optional<WatchBatch> batch = present.tryNext();
          batch.isPresent();
          batch = present.tryNext()) {
        apply(batch.get());
      }
    } catch (HistoryLostException compacted) {
      drop();
      wakeup.signal();
      return Optional.empty();
    } catch (StoreUnavailableException unreachable) {
      store.runtime().schedule(RETRY, wakeup::signal);
      return Optional.empty();
    }
    Optional<Leader> leader =
        candidates.values().stream().min(Comparator.comparing(Entry::created)).map(queue::leaderOf);
    if (delivered.isPresent() && delivered.get().leader().equals(leader)) {
      return Optional.empty();
    }
    delivered = Optional.of(new Observation(seen, leader));
    return delivered;
  }

  private Watch list() {
    Slice slice = store.keyValues().list(queue.range());
    Watch opened =
        store.watches().open(WatchOptions.of(queue.range()).from(slice.revision().next()));
    candidates.clear();
    slice.entries().forEach(this::take);
    seen = slice.revision();
    watch = opened;
    opened.onReady(wakeup::signal);
    return opened;
  }

  private void apply(WatchBatch batch) {
    for (Change change : batch.changes()) {
      if (change.kind() == Change.Kind.DELETE) {
        candidates.remove(change.key());
      } else {
        take(change.entry());
      }
    }
    seen = batch.revision();
  }

  private void take(Entry entry) {
    if (queue.isCandidate(entry.key())) {
      candidates.put(entry.key(), entry);
    }
  }

  private void drop() {
    Watch present = watch;
    watch = null;
    if (present != null) {
      present.close();
    }
  }
}

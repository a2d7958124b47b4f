package dev.plinth.storage.hazelcast;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import dev.plinth.spi.Change;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.Watches;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The hub of a store's watches: pulls what is new once for all of them, and what one of them missed
 * for that one (H9). A hint that something is new only makes it look sooner than it would.
 *
 * <p>Thread-safe. Its thread lives while there are watches.
 */
final class HazelcastWatches
    implements Watches,
        EntryAddedListener<String, HazelcastState>,
        EntryUpdatedListener<String, HazelcastState> {
  /** How long a change can stay unseen when every hint is lost. */
  private static final Duration POLL = Duration.ofMillis(500);

  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int LAGGING_AT_ONCE = 16;
  private static final long PULL_BYTES = 1L << 20;
  private static final Set<Change.Kind> ALL_KINDS = Set.of(Change.Kind.values());

  private final HazelcastLines lines;
  private final StoreRuntime runtime;
  private final WatchSignals signals;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition look = lock.newCondition();
  private final Set<HazelcastWatch> watches = new LinkedHashSet<>();

  /** Everything up to here was offered to all live watches. */
  private long head;

  private @Nullable UUID listener;
  private boolean running;
  private boolean hinted;
  private boolean closed;
  private volatile long rounds;

  HazelcastWatches(HazelcastLines lines) {
    this.lines = lines;
    this.runtime = lines.link().runtime();
    this.signals = new WatchSignals(runtime);
    listen();
  }

  /** Asks the member of the store to tell what is new. */
  void listen() {
    // It waits for all members, and long for one that dies just then; hints may as well come late.
    Thread unused = runtime.start("plinth-hazelcast-hints", this::listenNow);
  }

  private void listenNow() {
    try {
      // Without values: with them, each change would be sent as a whole state (H2).
      UUID registered =
          lines.link().states().addEntryListener(this, lines.link().keyspace(), false);
      boolean late;
      lock.lock();
      try {
        listener = registered;
        late = closed;
      } finally {
        lock.unlock();
      }
      if (late) {
        stopListening(registered);
      }
    } catch (RuntimeException memberHasStopped) {
      // Then there is nothing to be told of.
    }
  }

  private void stopListening(UUID registered) {
    try {
      boolean unused = lines.link().states().removeEntryListener(registered);
    } catch (RuntimeException memberHasStopped) {
      // Then nobody is told anything any more.
    }
  }

  WatchSignals signals() {
    return signals;
  }

  /** How many rounds have begun. */
  long rounds() {
    return rounds;
  }

  @Override
  public void entryAdded(EntryEvent<String, HazelcastState> event) {
    lookSoon();
  }

  @Override
  public void entryUpdated(EntryEvent<String, HazelcastState> event) {
    lookSoon();
  }

  @Override
  public Watch open(WatchOptions options) {
    RequestRules.check(options);
    Revision current = ((Answer.Done) lines.answer(new Request.Current())).revision();
    HazelcastWatch watch = new HazelcastWatch(this, options, current);
    lock.lock();
    try {
      if (closed) {
        throw new HandleClosedException("the store is closed");
      }
      if (watches.isEmpty()) {
        head = Math.max(head, current.value());
      }
      watch.joinAt(head);
      watches.add(watch);
      hinted = true;
      look.signalAll();
      if (!running) {
        running = true;
        Thread unused = runtime.start("plinth-hazelcast-watches", this::run);
      }
    } finally {
      lock.unlock();
    }
    options.progressInterval().ifPresent(interval -> repeatProgress(watch, interval));
    return watch;
  }

  private void repeatProgress(HazelcastWatch watch, Duration interval) {
    watch.repeat(
        runtime.schedule(
            interval,
            () -> {
              try {
                watch.requestProgress();
                repeatProgress(watch, interval);
              } catch (StoreException ended) {
                // Then nobody waits for progress any more.
              }
            }));
  }

  /** Makes the hub go round at once; never blocks. */
  void lookSoon() {
    lock.lock();
    try {
      hinted = true;
      look.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a watch that has ended. */
  void drop(HazelcastWatch watch) {
    lock.lock();
    try {
      watches.remove(watch);
      look.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (true) {
      List<HazelcastWatch> open;
      lock.lock();
      try {
        awaitWhile(() -> !hinted && !closed && !watches.isEmpty(), POLL);
        if (closed || watches.isEmpty()) {
          running = false;
          return;
        }
        hinted = false;
        open = List.copyOf(watches);
      } finally {
        lock.unlock();
      }
      try {
        if (round(open)) {
          lookSoon();
        }
      } catch (IncarnationLostException lost) {
        open.forEach(watch -> watch.endWith(new IncarnationLostException(text(lost), lost)));
      } catch (StoreException unavailable) {
        pause();
      }
    }
  }

  private static String text(StoreException reason) {
    return String.valueOf(reason.getMessage());
  }

  /** Waits while something holds, but not for ever; called with the lock. */
  private void awaitWhile(BooleanSupplier holds, Duration most) {
    long left = most.toNanos();
    try {
      while (left > 0 && holds.getAsBoolean()) {
        left = look.awaitNanos(left);
      }
    } catch (InterruptedException nobodyInterruptsThis) {
      // Then it was a short wait.
    }
  }

  private void pause() {
    lock.lock();
    try {
      awaitWhile(() -> !closed, PAUSE);
      hinted = true;
    } finally {
      lock.unlock();
    }
  }

  /** Pulls and offers; returns whether there is more to do at once. */
  private boolean round(List<HazelcastWatch> open) {
    long round = rounds + 1;
    rounds = round;
    boolean previous = open.stream().anyMatch(watch -> watch.options().previousValues());
    HazelcastCall forAll =
        lines
            .reads()
            .start(
                new Request.Pull(
                    Revision.of(headNow() + 1), KeyRange.all(), ALL_KINDS, previous, PULL_BYTES));
    Map<HazelcastWatch, HazelcastCall> lagging = new LinkedHashMap<>();
    for (HazelcastWatch watch : open) {
      if (lagging.size() < LAGGING_AT_ONCE) {
        watch.missing().ifPresent(pull -> lagging.put(watch, lines.reads().start(pull)));
      }
    }
    boolean more = offer((Answer.Changes) lines.reads().await(forAll), previous);
    for (Map.Entry<HazelcastWatch, HazelcastCall> call : lagging.entrySet()) {
      takeMissing(call.getKey(), (Answer.Changes) lines.reads().await(call.getValue()));
    }
    long reached = headNow();
    for (HazelcastWatch watch : open) {
      if (!more) {
        watch.roundEnded(round, reached);
      }
    }
    return more || open.stream().anyMatch(HazelcastWatch::wantsRound);
  }

  private long headNow() {
    lock.lock();
    try {
      return head;
    } finally {
      lock.unlock();
    }
  }

  private boolean offer(Answer.Changes pulled, boolean previous) {
    lock.lock();
    try {
      // A watch that came after the question may need more than was asked for.
      List<HazelcastWatch> unserved =
          previous
              ? List.of()
              : watches.stream().filter(watch -> watch.options().previousValues()).toList();
      unserved.forEach(HazelcastWatch::leave);
      if (pulled.compacted().value() > head + 1) {
        watches.forEach(HazelcastWatch::leave);
        head = pulled.revision().value();
        return true;
      }
      for (List<Change> revision : byRevision(pulled.changes())) {
        for (HazelcastWatch watch : watches) {
          watch.offer(revision.getFirst().revision(), revision);
        }
      }
      head = Math.max(head, pulled.through().value());
      return head < pulled.revision().value() || !unserved.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void takeMissing(HazelcastWatch watch, Answer.Changes pulled) {
    watch.takeMissing(pulled, headNow());
    lock.lock();
    try {
      // Those that come next in the following round are those that waited longest.
      if (watches.remove(watch)) {
        watches.add(watch);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Splits changes, in order, where a new revision begins. */
  static List<List<Change>> byRevision(List<Change> changes) {
    List<List<Change>> revisions = new ArrayList<>();
    int begin = 0;
    for (int i = 1; i <= changes.size(); i++) {
      if (i == changes.size() || !changes.get(i).revision().equals(changes.get(begin).revision())) {
        revisions.add(changes.subList(begin, i));
        begin = i;
      }
    }
    return revisions;
  }

  /** Ends all watches; readers that waited for a signal have been told, once, when this returns. */
  void close() {
    List<HazelcastWatch> open;
    UUID registered;
    lock.lock();
    try {
      closed = true;
      registered = listener;
      open = List.copyOf(watches);
      look.signalAll();
    } finally {
      lock.unlock();
    }
    for (HazelcastWatch watch : open) {
      watch.endWith(new HandleClosedException("the store is closed"), WatchSignals::run);
    }
    if (registered != null) {
      Thread unused = runtime.start("plinth-hazelcast-hints", () -> stopListening(registered));
    }
  }
}

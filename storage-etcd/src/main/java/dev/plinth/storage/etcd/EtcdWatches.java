package dev.plinth.storage.etcd;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.Watches;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Opens watches and spreads them over a few streams.
 *
 * <p>Thread-safe.
 */
final class EtcdWatches implements Watches {
  /** A stream takes no more; the server looks through all of a stream's watches for progress. */
  private static final int WATCHES_PER_STREAM = 1_000;

  /** So many revisions behind, a watch is about to get more than the server sends at once. */
  private static final int FAR_BEHIND = 1_000;

  private static final Duration FIRST_DELAY = Duration.ofMillis(50);
  private static final Duration LAST_DELAY = Duration.ofSeconds(1);

  /**
   * Watches of a kind share streams, so that progress of the quick does not wait for the others.
   */
  private enum Lane {
    /** They have, or soon will have, everything there is. */
    LIVE,
    /** They have much to catch up with; until then the server tells its stream no progress. */
    BEHIND,
    /** They start at a revision to come; until then some servers tell their stream no progress. */
    AHEAD
  }

  private final EtcdConnection connection;
  private final EtcdMemberVersions versions;
  private final ReentrantLock lock = new ReentrantLock();

  /** Where each open watch is; nowhere while it has no room for more. Guarded by the lock. */
  private final Map<EtcdWatch, @Nullable EtcdWatchStream> places = new HashMap<>();

  /** Guarded by the lock. */
  private final Map<Lane, List<EtcdWatchStream>> streams = new EnumMap<>(Lane.class);

  private boolean closed;

  private final AtomicBoolean proving = new AtomicBoolean();

  EtcdWatches(EtcdConnection connection) {
    this.connection = connection;
    this.versions = new EtcdMemberVersions(connection);
  }

  @Override
  public Watch open(WatchOptions options) {
    RequestRules.check(options);
    connection.check();
    EtcdWatch watch = new EtcdWatch(this, options, seen());
    lock.lock();
    try {
      if (closed) {
        throw new HandleClosedException("the store is closed");
      }
      places.put(watch, null);
    } finally {
      lock.unlock();
    }
    resume(watch);
    Duration timeout = connection.config().requestTimeout();
    boolean opened = false;
    try {
      opened = watch.awaitOpened(timeout);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException(
          "watch " + options.range() + ": interrupted", interrupted);
    } finally {
      if (!opened) {
        watch.close();
      }
    }
    if (!opened) {
      throw new StoreUnavailableException(
          "watch %s: no answer within %d ms from %s"
              .formatted(options.range(), timeout.toMillis(), connection.addresses()));
    }
    options.progressInterval().ifPresent(interval -> repeatProgress(watch, interval));
    return watch;
  }

  private void repeatProgress(EtcdWatch watch, Duration interval) {
    watch.repeat(
        connection
            .runtime()
            .schedule(
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

  /** Gives a watch a place on a stream, from its position on. */
  void resume(EtcdWatch watch) {
    lock.lock();
    try {
      if (places.containsKey(watch)) {
        EtcdWatchStream stream = streamFor(laneOf(watch.position()));
        places.put(watch, stream);
        stream.add(watch);
      }
    } finally {
      lock.unlock();
    }
  }

  private Lane laneOf(long position) {
    long seen = seen();
    if (position > seen + 1) {
      return Lane.AHEAD;
    }
    return position > 0 && position < seen - FAR_BEHIND ? Lane.BEHIND : Lane.LIVE;
  }

  private EtcdWatchStream streamFor(Lane lane) {
    List<EtcdWatchStream> candidates = streams.computeIfAbsent(lane, first -> new ArrayList<>());
    EtcdWatchStream found = null;
    for (EtcdWatchStream stream : List.copyOf(candidates)) {
      if (found == null && stream.hasRoom(WATCHES_PER_STREAM)) {
        found = stream;
      } else if (stream.closeIfEmpty()) {
        candidates.remove(stream);
      }
    }
    if (found == null) {
      found = new EtcdWatchStream(this, connection);
      candidates.add(found);
    }
    return found;
  }

  /** Forgets a watch that has ended. */
  void drop(EtcdWatch watch) {
    EtcdWatchStream stream;
    lock.lock();
    try {
      stream = places.remove(watch);
    } finally {
      lock.unlock();
    }
    if (stream != null) {
      stream.remove(watch);
    }
  }

  void askProgress(EtcdWatch watch) {
    EtcdWatchStream stream;
    lock.lock();
    try {
      stream = places.get(watch);
    } finally {
      lock.unlock();
    }
    if (stream != null) {
      stream.askProgress();
    }
  }

  /**
   * Called when the server did not create a watch, or ended it, for another reason than history.
   */
  void refused(EtcdWatch watch, String reason) {
    StoreException failure =
        connection.failure(Status.UNKNOWN.withDescription(reason), new Metadata(), EtcdCall.READ);
    int refusals = watch.refused();
    boolean again = refusals == 1 || !(failure instanceof RequestRefusedException);
    if (again) {
      // A stream keeps the token that it was opened with; a newer one may be accepted.
      connection.login().forget(connection.login().token());
    }
    StoreRuntime.Scheduled unused =
        connection
            .runtime()
            .schedule(
                again ? delayAfter(refusals) : Duration.ZERO,
                () -> {
                  if (again) {
                    resume(watch);
                  } else {
                    watch.endWith(failure);
                  }
                });
  }

  /** The highest revision that this client knows of. */
  long seen() {
    return connection.seen();
  }

  /** Says whether a member answers for progress only when everything before has been sent. */
  boolean answersExactly(long memberId) {
    return versions.isExact(memberId);
  }

  /** Called when a stream broke. */
  void broken() {
    versions.forget();
  }

  /**
   * Looks whether the server is one of the same cluster (G40).
   *
   * @throws IncarnationLostException if it is not
   */
  void observe(ResponseHeader header) {
    connection.observe(header);
  }

  /** Called when a new stream tells its first revision, and it is below what was seen before. */
  void doubt() {
    if (proving.compareAndSet(false, true)) {
      // A member may lag behind, but the cluster as a whole may not.
      Thread unused = start("plinth-etcd-watch-proof", this::proveRevision);
    }
  }

  private void proveRevision() {
    try {
      RangeResponse unused =
          connection
              .probe()
              .ask(key ->
                  connection.read(
                      KVGrpc.getRangeMethod(),
                      RangeRequest.newBuilder().setKey(key).setCountOnly(true).build()));
    } catch (IncarnationLostException lost) {
      end(lost);
    } catch (StoreException unproven) {
      // The next stream raises the question again.
    } finally {
      proving.set(false);
    }
  }

  Thread start(String name, Runnable task) {
    return connection.runtime().start(name, task);
  }

  /**
   * Returns how long to wait before another attempt: not at all at first, then longer and longer.
   */
  Duration delayAfter(int failures) {
    if (failures == 0) {
      return Duration.ZERO;
    }
    Duration full = failures > 5 ? LAST_DELAY : FIRST_DELAY.multipliedBy(1L << (failures - 1));
    return full.dividedBy(2)
        .plusNanos(connection.runtime().random().nextLong(full.toNanos() / 2 + 1));
  }

  /** Ends every watch. */
  void end(StoreException reason) {
    List<EtcdWatch> all;
    lock.lock();
    try {
      all = List.copyOf(places.keySet());
    } finally {
      lock.unlock();
    }
    all.forEach(watch -> watch.endWith(reason));
  }

  void close() {
    List<EtcdWatchStream> open;
    lock.lock();
    try {
      closed = true;
      open = streams.values().stream().flatMap(List::stream).toList();
      streams.values().forEach(List::clear);
    } finally {
      lock.unlock();
    }
    open.forEach(EtcdWatchStream::close);
    end(new HandleClosedException("the store is closed"));
  }
}

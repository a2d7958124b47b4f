package dev.plinth.storage.etcd;

import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stream of the server that many watches share, opened again whenever it breaks or falls silent.
 *
 * <p>Thread-safe. Nothing here blocks: what the server sends is handed to the watches at once.
 */
final class EtcdWatchStream {
  /*
   * `members` are the watches that live here, each with its subscription on the present call, if
   * there is a call. A watch that has no room for more is cancelled and leaves; it comes back, here
   * or elsewhere, as if it were new.
   *
   * All fields are guarded by `lock`; locks of watches are taken under it. A call that has been
   * given up may still deliver; its messages are recognised because it is no longer `call`.
   */
  /** A call that lasted so long did not fail at once. */
  private static final long LASTING_NANOS = Duration.ofSeconds(1).toNanos();

  /** How often a quiet server is asked for a sign of life, and how long it may take. */
  private static final Duration CHECKS = Duration.ofSeconds(2);

  private static final long SILENCE_NANOS = Duration.ofSeconds(3).toNanos();

  /**
   * Every so many checks the server is asked how far it is, so that a watch that nothing happens to
   * does not stay at an old position, which is compacted one day.
   */
  private static final int CHECKS_PER_ASK = 5;

  /** How soon an unanswered question for progress is repeated: at first, and at most. */
  private static final Duration FIRST_ASK = Duration.ofMillis(20);

  private static final Duration LAST_ASK = Duration.ofSeconds(1);

  private final EtcdWatches owner;
  private final EtcdConnection connection;
  private final StoreRuntime runtime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<EtcdWatch, Optional<EtcdSubscription>> members = new LinkedHashMap<>();
  private @Nullable EtcdWatchCall call;
  private boolean connecting;
  private int failures;
  private boolean closed;

  /** Whether the server refused a watch here: the others may stay, but no more are sent here. */
  private boolean retired;

  private StoreRuntime.@Nullable Scheduled checking;
  private int checks;
  private StoreRuntime.@Nullable Scheduled asking;
  private Duration askAgain = FIRST_ASK;

  EtcdWatchStream(EtcdWatches owner, EtcdConnection connection) {
    this.owner = owner;
    this.connection = connection;
    this.runtime = connection.runtime();
  }

  /** Says whether another watch may come. */
  boolean hasRoom(int capacity) {
    lock.lock();
    try {
      return !retired && members.size() < capacity;
    } finally {
      lock.unlock();
    }
  }

  /** Closes the stream if no watch lives here. */
  boolean closeIfEmpty() {
    lock.lock();
    try {
      if (members.isEmpty()) {
        close();
      }
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a watch a place. */
  void add(EtcdWatch watch) {
    lock.lock();
    try {
      members.put(watch, Optional.empty());
      if (call != null) {
        subscribe(call, watch);
      } else if (!connecting) {
        connectAfter(Duration.ZERO);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Cancels a watch, if it is here. */
  void remove(EtcdWatch watch) {
    lock.lock();
    try {
      Optional<EtcdSubscription> subscription = members.remove(watch);
      if (call != null && subscription != null && subscription.isPresent()) {
        call.cancel(subscription.get());
      }
    } finally {
      lock.unlock();
    }
  }

  private void subscribe(EtcdWatchCall on, EtcdWatch watch) {
    EtcdSubscription subscription = watch.subscribe();
    members.put(watch, Optional.of(subscription));
    on.create(subscription, runtime.nanoTime());
  }

  private void connectAfter(Duration delay) {
    connecting = true;
    StoreRuntime.Scheduled unused = runtime.schedule(delay, this::connect);
  }

  private void connect() {
    EtcdMember member = connection.member();
    try {
      // This may log in, which takes time; so it is done outside the lock.
      begin(member, connection.stream(WatchGrpc.getWatchMethod()));
    } catch (IncarnationLostException lost) {
      // Noticed by another call; this store will never be connected again.
      owner.end(lost);
    } catch (StoreException failed) {
      List<EtcdWatch> all;
      lock.lock();
      try {
        connecting = false;
        all = List.copyOf(members.keySet());
        reconnect(0);
      } finally {
        lock.unlock();
      }
      if (failed instanceof RequestRefusedException) {
        // Credentials may be put right, but whoever is opening a watch shall hear of it now.
        all.stream().filter(watch -> !watch.isOpened()).forEach(watch -> watch.endWith(failed));
      }
    }
  }

  private void begin(EtcdMember member, ClientCall<WatchRequest, WatchResponse> wire) {
    lock.lock();
    try {
      connecting = false;
      if (closed || members.isEmpty()) {
        wire.cancel("not needed", null);
        return;
      }
      EtcdWatchCall opened = new EtcdWatchCall(wire, member, runtime.nanoTime());
      call = opened;
      wire.start(new Responses(opened), new Metadata());
      for (EtcdWatch watch : List.copyOf(members.keySet())) {
        if (call != opened) {
          // It has failed already, on this thread.
          return;
        }
        subscribe(opened, watch);
      }
      opened.readOn();
      checkLater(opened);
    } finally {
      lock.unlock();
    }
  }

  private void reconnect(long lastedNanos) {
    failures = lastedNanos > LASTING_NANOS ? 0 : failures;
    if (!closed && !members.isEmpty()) {
      connectAfter(owner.delayAfter(failures));
      failures++;
    }
  }

  /** Gives the call up; the watches keep their positions. */
  private void disconnect() {
    call = null;
    members.replaceAll((watch, subscription) -> Optional.empty());
    stopAsking();
    if (checking != null) {
      checking.cancel();
      checking = null;
    }
  }

  private void ended(EtcdWatchCall which) {
    lock.lock();
    try {
      if (call != which) {
        return;
      }
      disconnect();
      owner.broken();
      reconnect(runtime.nanoTime() - which.begunAt());
    } finally {
      lock.unlock();
    }
  }

  /** Looks from time to time whether the server still answers. */
  private void checkLater(EtcdWatchCall which) {
    checking = runtime.schedule(CHECKS, () -> check(which));
  }

  private void check(EtcdWatchCall which) {
    lock.lock();
    try {
      if (call != which) {
        return;
      }
      long now = runtime.nanoTime();
      Optional<Long> silentSince = which.silentSince();
      if (silentSince.isEmpty()) {
        which.ping(now);
      } else if (now - silentSince.get() > SILENCE_NANOS) {
        connection.failed(which.member(), Status.UNAVAILABLE.withDescription("silent"));
        ended(which);
        which.end("the server is silent");
        return;
      }
      if (++checks % CHECKS_PER_ASK == 0) {
        ask(which);
      }
      checkLater(which);
    } finally {
      lock.unlock();
    }
  }

  private void received(EtcdWatchCall from, WatchResponse response) {
    lock.lock();
    try {
      if (call != from) {
        return;
      }
      from.heard(runtime.nanoTime());
      owner.observe(response.getHeader());
      if (response.getCreated()) {
        from.created(response).ifPresent(known -> created(from, known, response));
      } else if (response.getWatchId() < 0) {
        progressed(from, response);
      } else {
        EtcdSubscription known = from.find(response);
        if (known != null && response.getCanceled()) {
          // Until it is told so, the server counts it among those that progress waits for.
          from.cancel(known);
          cancelled(known, response);
        } else if (known != null && !known.accept(response)) {
          members.remove(known.watch());
          from.cancel(known);
        }
      }
      from.readOn();
    } catch (IncarnationLostException lost) {
      Thread unused = owner.start("plinth-etcd-watch-end", () -> owner.end(lost));
    } finally {
      lock.unlock();
    }
  }

  private void created(EtcdWatchCall from, EtcdSubscription known, WatchResponse response) {
    if (response.getCanceled()) {
      cancelled(known, response);
      return;
    }
    ResponseHeader header = response.getHeader();
    if (from.isFirst() && header.getRevision() < owner.seen()) {
      owner.doubt();
    }
    // Who asks for progress later shall not have to wait for the answer to this.
    boolean unused = owner.answersExactly(header.getMemberId());
    known.watch().created(known, header.getRevision());
    if (known.watch().wantsProgress()) {
      ask(from);
    }
  }

  private void cancelled(EtcdSubscription known, WatchResponse response) {
    EtcdWatch watch = known.watch();
    members.remove(watch);
    if (response.getCompactRevision() > 0) {
      HistoryLostException lost =
          new HistoryLostException(Revision.of(response.getCompactRevision()));
      Thread unused = owner.start("plinth-etcd-watch-end", () -> watch.endWith(lost));
    } else {
      retired = true;
      owner.refused(watch, response.getCancelReason());
    }
  }

  private void progressed(EtcdWatchCall from, WatchResponse response) {
    from.answered();
    long mark = response.getHeader().getRevision();
    boolean exact = owner.answersExactly(response.getHeader().getMemberId());
    long now = runtime.nanoTime();
    boolean more = false;
    for (EtcdSubscription known : from.subscriptions()) {
      known.mark(mark, exact, now);
      more |= known.watch().wantsProgress();
    }
    stopAsking();
    if (more) {
      askLater(from);
    }
  }

  /** Asks the server how far it is, again and again until no watch wants to know any more. */
  void askProgress() {
    lock.lock();
    try {
      if (call != null && asking == null) {
        ask(call);
      }
    } finally {
      lock.unlock();
    }
  }

  private void ask(EtcdWatchCall on) {
    if (asking == null && !on.subscriptions().isEmpty()) {
      on.ask();
      askLater(on);
    }
  }

  private void askLater(EtcdWatchCall on) {
    Duration delay = askAgain;
    Duration twice = delay.multipliedBy(2);
    askAgain = twice.compareTo(LAST_ASK) > 0 ? LAST_ASK : twice;
    asking = runtime.schedule(delay, () -> askIfWanted(on));
  }

  private void askIfWanted(EtcdWatchCall on) {
    lock.lock();
    try {
      if (call != on) {
        return;
      }
      asking = null;
      if (on.subscriptions().stream().anyMatch(known -> known.watch().wantsProgress())) {
        ask(on);
      } else {
        askAgain = FIRST_ASK;
      }
    } finally {
      lock.unlock();
    }
  }

  private void stopAsking() {
    if (asking != null) {
      asking.cancel();
      asking = null;
    }
    askAgain = FIRST_ASK;
  }

  /** Ends the call for good. */
  void close() {
    lock.lock();
    try {
      closed = true;
      EtcdWatchCall open = call;
      disconnect();
      members.clear();
      if (open != null) {
        open.end("closed");
      }
    } finally {
      lock.unlock();
    }
  }

  /** What the server says on one call. */
  private final class Responses extends ClientCall.Listener<WatchResponse> {
    private final EtcdWatchCall from;

    Responses(EtcdWatchCall from) {
      this.from = from;
    }

    @Override
    public void onMessage(WatchResponse response) {
      received(from, response);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended(from);
    }
  }
}

package dev.plinth.service.gateway.watch;

import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.GatewayErrors;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.WatchBatch;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says everything that is said on a stream, one thing after the other: answers to requests first,
 * then what the watches have, each in its turn. Nothing is taken from a watch, and no request from
 * the client, unless the transport has room for the answer; what a slow client has not read yet
 * stays in the store.
 *
 * <p>{@link #run}, {@link #reply}, {@link #end}, {@link #stop} and {@link #newest} from any thread;
 * everything else on the one that sends.
 */
final class WatchSender {
  private static final Logger LOG = LoggerFactory.getLogger(WatchSender.class);

  /** What etcd adds to the largest request. */
  private static final long OVERHEAD_BYTES = 512 << 10;

  /** Watches that were opened together should not all be told together. */
  private static final double JITTER = 0.1;

  /** Of a store that was never written to. */
  private static final Revision FIRST = Revision.of(1);

  private final StoreRuntime runtime;
  private final ResponseHeaders headers;
  private final WatchTiming timing;
  private final ServerCallStreamObserver<WatchResponse> client;
  private final long mostBytes;

  private final Queue<Runnable> replies = new ConcurrentLinkedQueue<>();
  private final Queue<StreamedWatch> ready = new ConcurrentLinkedQueue<>();

  /** How often somebody asked for a run since the thread that sends last looked. */
  private final AtomicInteger asked = new AtomicInteger();

  private final Set<StreamedWatch> live = new LinkedHashSet<>();

  private volatile Revision newest = Revision.ZERO;
  private volatile @Nullable Status ending;
  private volatile boolean stopped;
  private volatile StoreRuntime.@Nullable Scheduled tick;
  private volatile boolean tickIsDue;

  /** Watches that compaction ended and whose client has not cancelled them yet. */
  private int overtaken;

  private boolean sharedMarkWanted;
  private int marksMissing;
  private boolean noMoreRequests;

  WatchSender(
      Store store,
      ResponseHeaders headers,
      WatchTiming timing,
      ServerCallStreamObserver<WatchResponse> client) {
    this.runtime = store.runtime();
    this.headers = headers;
    this.timing = timing;
    this.client = client;
    this.mostBytes = store.limits().requestBytes() + OVERHEAD_BYTES;
  }

  /** Returns the highest revision that was said. */
  Revision newest() {
    return newest;
  }

  /** Does something in its turn, then takes another request. */
  void reply(Runnable reply) {
    replies.add(() -> {
      reply.run();
      if (!stopped) {
        client.request(1);
      }
    });
    run();
  }

  /** Ends the stream. */
  void end(Status reason) {
    ending = reason;
    run();
  }

  /** Says nothing any more. */
  void stop() {
    stopped = true;
    StoreRuntime.Scheduled toCancel = tick;
    if (toCancel != null) {
      toCancel.cancel();
    }
  }

  /** Says what can be said now, on this thread unless another one is at it. */
  void run() {
    if (asked.getAndIncrement() == 0) {
      drain();
    }
  }

  private void runElsewhere() {
    if (asked.getAndIncrement() == 0) {
      Thread _ = runtime.start("plinth-gateway-watch", this::drain);
    }
  }

  private void drain() {
    int seen = asked.get();
    do {
      try {
        sayAll();
      } catch (RuntimeException thrown) { // or the stream would hang, and its client with it
        stop();
        LOG.atError().setCause(thrown).log("A watch stream failed");
        client.onError(Status.INTERNAL.asRuntimeException());
      }
      seen = asked.addAndGet(-seen);
    } while (seen != 0);
  }

  private void sayAll() {
    while (!stopped) {
      Status reason = ending;
      if (reason != null) {
        stop();
        client.onError(reason.asRuntimeException());
        return;
      }
      if (!client.isReady()) {
        return;
      }
      Runnable reply = replies.poll();
      if (reply != null) {
        reply.run();
      } else if (tickIsDue) {
        tick();
      } else {
        StreamedWatch watch = ready.poll();
        if (watch == null) {
          return;
        }
        say(watch);
      }
    }
  }

  void send(WatchResponse response) {
    Revision revision = Revision.of(response.getHeader().getRevision());
    if (revision.isAfter(newest)) {
      newest = revision;
    }
    client.onNext(response);
  }

  // Watches that come and go.

  void created(StreamedWatch watch) {
    // Clients resume here if the stream breaks before an event: never later than it was opened.
    send(at(watch, watch.startedAt()).setCreated(true).build());
    live.add(watch);
    if (sharedMarkWanted) {
      marksMissing++;
      watch.askForAll();
    }
    if (watch.wantsProgress() && tick == null) {
      tickLater();
    }
    watch.onReady(() -> signalled(watch));
  }

  void cancelled(StreamedWatch watch, Revision now) {
    if (watch.isOver()) {
      overtaken--;
    }
    send(at(watch, now).setCanceled(true).build());
    forget(watch);
    endIfDone();
  }

  private void forget(StreamedWatch watch) {
    watch.finish();
    live.remove(watch);
    if (watch.settleSharedMark()) {
      markArrived();
    }
  }

  /** The client opens no more watches; without any there is nothing left to be said. */
  void expectNoMore() {
    noMoreRequests = true;
    endIfDone();
  }

  private void endIfDone() {
    if (noMoreRequests && live.isEmpty() && replies.isEmpty()) {
      stop();
      client.onCompleted();
    }
  }

  // What watches have.

  private void signalled(StreamedWatch watch) {
    if (watch.claim()) {
      ready.add(watch);
      runElsewhere();
    }
  }

  private void say(StreamedWatch watch) {
    if (watch.isOver()) {
      return;
    }
    Optional<WatchBatch> batch;
    try {
      batch = watch.pull();
    } catch (HistoryLostException lost) {
      overtaken(watch, lost.compacted());
      return;
    } catch (IncarnationLostException lost) {
      // Resuming would wait for revisions of data that is gone. Clients list anew when history is
      // lost, which is what they must do.
      overtaken(watch, FIRST);
      return;
    } catch (HandleClosedException closed) {
      if (!watch.isClosed()) {
        end(GatewayError.STOPPED.status());
      }
      return;
    } catch (StoreException failed) {
      end(GatewayErrors.of(failed).status());
      return;
    }
    if (batch.isPresent()) {
      if (batch.get().isProgress()) {
        marked(watch);
      } else {
        changed(watch, batch.get());
      }
      if (watch.claim()) {
        ready.add(watch);
      }
    }
  }

  private void changed(StreamedWatch watch, WatchBatch batch) {
    Revision revision = batch.revision().isAfter(newest) ? batch.revision() : newest;
    WatchResponse.Builder response = at(watch, revision);
    batch.changes().forEach(change -> response.addEvents(WatchMessages.event(change)));
    WatchResponse whole = response.build();
    if (watch.fragments()) {
      WatchMessages.parts(whole, mostBytes).forEach(this::send);
    } else {
      send(whole);
    }
  }

  private void overtaken(StreamedWatch watch, Revision compacted) {
    // Without a revision, as from etcd.
    send(at(watch, Revision.ZERO).setCanceled(true).setCompactRevision(compacted.value()).build());
    sharedMarkWanted = false;
    overtaken++;
    forget(watch);
  }

  // How far watches are.

  private void tickLater() {
    double factor = 1 + JITTER * runtime.random().nextDouble();
    Duration delay = Duration.ofNanos((long) (timing.progressInterval().toNanos() * factor));
    tick =
        runtime.schedule(
            delay,
            () -> {
              tickIsDue = true;
              run();
            });
    if (stopped) {
      stop();
    }
  }

  private void tick() {
    tickIsDue = false;
    for (StreamedWatch watch : live) {
      if (watch.wantsProgress() && watch.wasQuiet()) {
        watch.askForItself();
      }
    }
    tickLater();
  }

  /** Asks every watch how far it is, to answer for all of them when all have answered. */
  void requestSharedMark() {
    // Nobody asks twice, and one that compaction has ended never answers: like etcd, which expects
    // clients to ask again.
    if (sharedMarkWanted || overtaken > 0 || live.isEmpty()) {
      return;
    }
    sharedMarkWanted = true;
    marksMissing = live.size();
    live.forEach(StreamedWatch::askForAll);
  }

  private void marked(StreamedWatch watch) {
    if (watch.settleOwnMark()) {
      send(at(watch, watch.position()).build());
    }
    if (watch.settleSharedMark()) {
      markArrived();
    }
  }

  private void markArrived() {
    marksMissing--;
    if (!sharedMarkWanted || marksMissing > 0) {
      return;
    }
    sharedMarkWanted = false;
    Revision lowest =
        live.stream().map(StreamedWatch::position).min(Revision::compareTo).orElse(newest);
    if (live.isEmpty()) {
      return;
    }
    if (lowest.compareTo(newest) >= 0) {
      send(
          WatchResponse.newBuilder()
              .setHeader(headers.at(lowest))
              .setWatchId(WatchStream.NO_ID)
              .build());
    } else {
      // A common mark would go back behind what some of them were told already.
      live.forEach(watch -> send(at(watch, watch.position()).build()));
    }
  }

  private WatchResponse.Builder at(StreamedWatch watch, Revision revision) {
    return WatchResponse.newBuilder().setHeader(headers.at(revision)).setWatchId(watch.id());
  }
}

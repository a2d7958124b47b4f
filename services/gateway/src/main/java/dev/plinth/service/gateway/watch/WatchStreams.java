package dev.plinth.service.gateway.watch;

import dev.plinth.chassis.health.Health;
import dev.plinth.chassis.health.StoreHealth;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.Capability;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The watch streams that are open: ends those of clients that need a leader when the store cannot
 * be reached, and all of them when the gateway stops, so that their clients go elsewhere.
 *
 * <p>Thread-safe.
 */
final class WatchStreams implements Managed {
  /** As long as etcd looks on, three times its election timeout, a store may be out of reach. */
  private static final int MOST_FAILURES = 3;

  private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(1);

  private final Store store;
  private final StoreRuntime runtime;
  private final ResponseHeaders headers;
  private final WatchTiming timing;
  private final StoreHealth health;
  private final Set<WatchStream> streams = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();

  private volatile boolean stopping;
  private volatile boolean leaderless;

  /** The next look at the store. Guarded by the lock. */
  private Optional<StoreRuntime.Scheduled> next = Optional.empty();

  @Inject
  WatchStreams(Store store, ResponseHeaders headers, WatchTiming timing) {
    this.store = store;
    this.runtime = store.runtime();
    this.headers = headers;
    this.timing = timing;
    this.health = StoreHealth.of(store, runtime);
  }

  @Override
  public Phase phase() {
    return Phase.SERVE;
  }

  @Override
  public void start() {
    if (!store.capabilities().contains(Capability.IN_PROCESS)) {
      checkLater(0);
    }
  }

  @Override
  public void stop() {
    refuseMore();
    streams.forEach(stream -> stream.end(GatewayError.STOPPED.status()));
  }

  /**
   * Opens a stream.
   *
   * @param client where answers go
   * @param needsLeader whether the client would rather be cut off than wait for the store
   * @return where requests go
   */
  StreamObserver<WatchRequest> open(
      ServerCallStreamObserver<WatchResponse> client, boolean needsLeader) {
    WatchStream stream =
        new WatchStream(store, headers, timing, client, needsLeader, streams::remove);
    streams.add(stream);
    stream.begin();
    if (stopping) {
      stream.end(GatewayError.STOPPED.status());
    } else if (needsLeader && leaderless) {
      stream.end(GatewayError.NO_LEADER.status());
    }
    return stream;
  }

  private void checkLater(int failures) {
    lock.lock();
    try {
      if (!stopping) {
        next = Optional.of(runtime.schedule(BETWEEN_CHECKS, () -> check(failures)));
      }
    } finally {
      lock.unlock();
    }
  }

  private void refuseMore() {
    lock.lock();
    try {
      stopping = true;
      next.ifPresent(StoreRuntime.Scheduled::cancel);
    } finally {
      lock.unlock();
    }
  }

  private void check(int failedBefore) {
    // Once out of reach, the store is watched even while nobody waits: who comes is told at once.
    if (!leaderless && streams.stream().noneMatch(WatchStream::needsLeader)) {
      checkLater(0);
      return;
    }
    Health found = health.check();
    int failures = found.healthy() ? 0 : failedBefore + 1;
    leaderless = failures >= MOST_FAILURES;
    if (leaderless) {
      streams.stream()
          .filter(WatchStream::needsLeader)
          .forEach(stream -> stream.end(GatewayError.NO_LEADER.status()));
    }
    checkLater(failures);
  }
}

package dev.plinth.storage.etcd;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Renews the leases of a store over one stream that all of them share.
 *
 * <p>Thread-safe.
 */
final class EtcdKeepAlive {
  /*
   * A renewal is a request on the stream and the answer that names its lease; the server answers
   * in the order of the requests. Callers send and wait in their own threads; the transport's
   * threads only hand the answers over.
   *
   * Renewing twice is as good as renewing once. So a renewal whose stream ends is sent again on the
   * next one, until its caller's time is over; and a stream that stays silent for too long is given
   * up together with all that wait on it, because a server may hang in the one request it serves.
   *
   * A member that was the leader and was stopped for a while still answers renewals when it goes on,
   * until it hears of the new leader, who knows nothing of them and ends the lease at its own time.
   * So an answer counts, also one that there is no such lease, only if the term it names was the
   * cluster's before the request and still is after the answer.
   *
   * `current` and what a stream has pending change under `lock` only, which is never held while a
   * thread waits: so a stream is made, which may take a login, before it becomes the current one.
   * A stream may end within its own start, so the lock is reentrant and what is read before a call
   * of the stream is looked at again after it.
   */

  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  /** A stream may be silent for this part of a call's time before another one is tried. */
  private static final int SILENCE_OF_TIMEOUT = 3;

  private final EtcdConnection connection;
  private final EtcdLeadership leadership;
  private final Duration timeout;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Stream current;
  private boolean closed;

  EtcdKeepAlive(EtcdConnection connection) {
    this.connection = connection;
    this.leadership = new EtcdLeadership(connection);
    this.timeout = connection.config().requestTimeout();
  }

  /**
   * Renews a lease.
   *
   * @param id which
   * @return the time to live that it has anew
   * @throws LeaseLostException if there is no such lease
   * @throws OutcomeUnknownException if a request was sent and no answer that counts came in time
   * @throws StoreException if the store failed
   */
  Duration renew(LeaseId id) {
    EtcdDeadline deadline = EtcdDeadline.in(timeout, connection.runtime());
    Duration pause = FIRST_PAUSE;
    OutcomeUnknownException unsure = null;
    while (true) {
      StoreException failure;
      try {
        long term = leadership.lastTerm(deadline);
        LeaseKeepAliveResponse answer = send(id).await(deadline);
        connection.observe(answer.getHeader());
        if (leadership.term(deadline) == term && answer.getHeader().getRaftTerm() == term) {
          return granted(answer);
        }
        unsure = new OutcomeUnknownException("renew lease " + id + ": the leader has changed");
        failure = unsure;
      } catch (OutcomeUnknownException perhaps) {
        unsure = perhaps;
        failure = perhaps;
      } catch (StoreUnavailableException nothingDone) {
        failure = nothingDone;
      }
      if (!deadline.pause(pause)) {
        throw unsure == null ? failure : unsure;
      }
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }
  }

  private static Duration granted(LeaseKeepAliveResponse answer) {
    // The server reports a missing lease as one without time to live, not as an error.
    if (answer.getTTL() <= 0) {
      throw new LeaseLostException(LeaseId.of(answer.getID()));
    }
    return Duration.ofSeconds(answer.getTTL());
  }

  private Renewal send(LeaseId id) {
    Stream made = null;
    while (true) {
      lock.lock();
      try {
        if (closed || connection.isClosed()) {
          throw closed();
        }
        if (current == null && made != null) {
          current = made;
          made.start();
          made.checkBegun();
        }
        Stream stream = current;
        if (stream != null) {
          Renewal renewal = new Renewal(id, stream);
          stream.send(renewal);
          return renewal;
        }
      } finally {
        lock.unlock();
      }
      made = new Stream();
    }
  }

  /** Ends the stream; whoever waits for an answer is told that the store is closed. Idempotent. */
  void close() {
    lock.lock();
    try {
      closed = true;
      Stream stream = current;
      if (stream != null) {
        stream.end(closed(), true);
      }
    } finally {
      lock.unlock();
    }
  }

  private static HandleClosedException closed() {
    return new HandleClosedException("the store is closed");
  }

  /** One request that waits for its answer. */
  private final class Renewal {
    private final LeaseId id;
    private final Stream stream;
    private final CompletableFuture<LeaseKeepAliveResponse> answer = new CompletableFuture<>();

    Renewal(LeaseId id, Stream stream) {
      this.id = id;
      this.stream = stream;
    }

    LeaseKeepAliveResponse await(EtcdDeadline deadline) {
      long silence = timeout.toNanos() / SILENCE_OF_TIMEOUT;
      try {
        return answer.get(
            Math.min(silence, Math.max(0, deadline.remaining())), TimeUnit.NANOSECONDS);
      } catch (TimeoutException silent) {
        stream.giveUp();
        throw new OutcomeUnknownException(
            "renew lease " + id + ": no answer within " + timeout, silent);
      } catch (ExecutionException ended) {
        if (ended.getCause() instanceof StoreException failure) {
          throw failure;
        }
        throw new IllegalStateException("a stream ended without a reason", ended);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new OutcomeUnknownException("renew lease " + id + ": interrupted", interrupted);
      }
    }
  }

  /** One stream, from its start to its end; never started again. */
  private final class Stream extends ClientCall.Listener<LeaseKeepAliveResponse> {
    private final EtcdMember member = connection.member();
    private final ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call =
        connection.stream(LeaseGrpc.getLeaseKeepAliveMethod());
    private final Map<LeaseId, ArrayDeque<Renewal>> pending = new HashMap<>();
    private @Nullable StoreException end;

    void start() {
      call.start(this, new Metadata());
      call.request(Integer.MAX_VALUE);
    }

    /**
     * Ends the attempt if the stream ended as it began: another one would, too, for as long as
     * nobody listens, and whoever tries on without a pause keeps its thread from all others.
     */
    void checkBegun() {
      if (end instanceof OutcomeUnknownException unsent) {
        throw new StoreUnavailableException(String.valueOf(unsent.getMessage()), unsent);
      }
      if (end != null) {
        throw end;
      }
    }

    void send(Renewal renewal) {
      pending.computeIfAbsent(renewal.id, id -> new ArrayDeque<>(2)).add(renewal);
      call.sendMessage(LeaseKeepAliveRequest.newBuilder().setID(renewal.id.value()).build());
    }

    /** Ends a stream that does not answer; the next one goes to another member, if there is one. */
    void giveUp() {
      connection.failed(member, Status.UNAVAILABLE.withDescription("a renewal was not answered"));
      lock.lock();
      try {
        end(new OutcomeUnknownException("the stream of renewals does not answer"), true);
      } finally {
        lock.unlock();
      }
    }

    /** Called under the lock. */
    void end(StoreException reason, boolean cancel) {
      if (end == null) {
        end = reason;
      }
      if (current == this) {
        current = null;
      }
      if (cancel) {
        call.cancel(reason.getMessage(), null);
      }
      fail(end);
    }

    private void fail(StoreException reason) {
      List<Renewal> waiting = new ArrayList<>();
      pending.values().forEach(waiting::addAll);
      pending.clear();
      for (Renewal renewal : waiting) {
        renewal.answer.completeExceptionally(reason);
      }
    }

    @Override
    public void onMessage(LeaseKeepAliveResponse answer) {
      Renewal renewal;
      lock.lock();
      try {
        LeaseId id = LeaseId.of(answer.getID());
        ArrayDeque<Renewal> first = pending.get(id);
        renewal = first == null ? null : first.poll();
        if (first != null && first.isEmpty()) {
          pending.remove(id);
        }
      } finally {
        lock.unlock();
      }
      if (renewal != null) {
        renewal.answer.complete(answer);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      StoreException reason =
          connection.isClosed()
              ? closed()
              : status.isOk()
                  ? new OutcomeUnknownException("the server ended the stream of renewals")
                  : connection.failure(status, trailers, EtcdCall.WRITE);
      lock.lock();
      try {
        end(reason, false);
      } finally {
        lock.unlock();
      }
    }
  }
}

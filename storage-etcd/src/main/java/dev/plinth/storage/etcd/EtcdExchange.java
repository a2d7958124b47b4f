package dev.plinth.storage.etcd;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, with the attempts it takes.
 *
 * <p>An attempt is repeated, at the next endpoint, while the deadline allows: any that certainly
 * reached no server, a read that found no answer, one that a member passed on to nobody because it
 * knows no leader, and one that was refused because its token had expired. A write that may have
 * reached the cluster is never repeated (G39).
 *
 * <p>Its future completes on a transport thread.
 */
final class EtcdExchange<Q, R> {
  /**
   * The part of the time after which a call that finds nobody anywhere, or nobody who knows its
   * login, is given up.
   */
  private static final int NOBODY_THERE = 2;

  /** The part of the time that is left for those who wait, so that they learn why a call failed. */
  private static final int TIME_TO_TELL = 50;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final EtcdConnection connection;
  private final MethodDescriptor<Q, R> method;
  private final Q request;
  private final EtcdCall kind;
  private final long deadline;
  private final CompletableFuture<R> answer = new CompletableFuture<>();

  private volatile boolean sent;

  /** Held while an attempt begins, so that whoever gives up knows whether one has. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable Attempt current;
  private volatile boolean givenUp;
  private int attempts;
  private boolean loginRenewed;

  EtcdExchange(EtcdConnection connection, MethodDescriptor<Q, R> method, Q request, EtcdCall kind) {
    this.connection = connection;
    this.method = method;
    this.request = request;
    this.kind = kind;
    long timeout = connection.config().requestTimeout().toNanos();
    this.deadline = connection.runtime().nanoTime() + timeout - timeout / TIME_TO_TELL;
  }

  CompletableFuture<R> answer() {
    return answer;
  }

  /** Whether a server may have seen the request. */
  boolean isSent() {
    return sent;
  }

  /** Gives up: nothing is tried again, and what {@link #isSent} says afterwards stays so. */
  void cancel(String why) {
    lock.lock();
    try {
      givenUp = true;
      Attempt attempt = current;
      if (attempt != null) {
        attempt.call.cancel(why, null);
      }
    } finally {
      lock.unlock();
    }
  }

  void start() {
    try {
      connection.check();
      EtcdLogin login = connection.login();
      if (!login.isReady()) {
        // Asking for a token blocks, and this may be a transport thread.
        later(Duration.ZERO, this::logInAndStart);
        return;
      }
      begin(new Attempt(connection.member(), login.token()));
    } catch (StoreException failure) {
      answer.completeExceptionally(failure);
    }
  }

  private void begin(Attempt attempt) {
    lock.lock();
    try {
      if (!givenUp) {
        current = attempt;
        attempt.start();
      }
    } finally {
      lock.unlock();
    }
  }

  private void logInAndStart() {
    try {
      connection.login().obtain(Duration.ofNanos(Math.max(1, left())));
      start();
    } catch (StoreException failure) {
      answer.completeExceptionally(failure);
    }
  }

  private void later(Duration pause, Runnable task) {
    StoreRuntime.Scheduled unused = connection.runtime().schedule(pause, task);
  }

  private long left() {
    return deadline - connection.runtime().nanoTime();
  }

  /** The time, in nanoseconds, that must be left for an attempt that may be in vain. */
  private long reserve() {
    return connection.config().requestTimeout().toNanos() / NOBODY_THERE;
  }

  /** Says how long to wait before the next attempt, in nanoseconds. */
  private long pause() {
    return Math.min(
        LONGEST_PAUSE.toNanos(),
        attempts <= connection.endpoints()
            ? 0
            : FIRST_PAUSE.toNanos() << Math.min(10, attempts - connection.endpoints()));
  }

  private final class Attempt extends ClientCall.Listener<R> {
    private final EtcdMember member;
    private final @Nullable String token;
    private final ClientCall<Q, R> call;

    /** What the answer must not be behind. */
    private final long least;

    /** Whether the store was known to refuse what needs room. */
    private final boolean full;

    private @Nullable R message;
    private volatile boolean ended;

    Attempt(EtcdMember member, @Nullable String token) {
      this.member = member;
      this.token = token;
      this.least = kind == EtcdCall.LOCAL_READ ? 0 : connection.incarnation().highest();
      this.full = connection.space().isKnownFull();
      this.call = member.channel().newCall(method, options());
    }

    private CallOptions options() {
      // Who may still ask another endpoint does not wait for a silent one to the end.
      boolean last = kind == EtcdCall.WRITE || connection.endpoints() == 1;
      long time = Math.max(1, last ? left() : left() / 2);
      return CallOptions.DEFAULT
          .withDeadlineAfter(time, TimeUnit.NANOSECONDS)
          .withStreamTracerFactory(
              new ClientStreamTracer.Factory() {
                @Override
                public ClientStreamTracer newClientStreamTracer(
                    ClientStreamTracer.StreamInfo info, Metadata headers) {
                  return new ClientStreamTracer() {
                    @Override
                    public void streamCreated(Attributes transport, Metadata headers) {
                      sent = true;
                    }
                  };
                }
              });
    }

    void start() {
      attempts++;
      sent = false;
      try {
        call.start(this, connection.headers(token));
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
      } catch (RejectedExecutionException over) {
        // The threads of the connection have ended; so has the connection.
        throw new HandleClosedException("the store is closed", over);
      }
      if (connection.endpoints() > 1 && !sent && !ended) {
        long share = left() / (connection.endpoints() + 1);
        long patience = Math.min(share, connection.config().dialTimeout().toNanos());
        later(Duration.ofNanos(patience), this::leaveUnlessSent);
      }
    }

    /** What has no connection yet may still go to another endpoint. */
    private void leaveUnlessSent() {
      lock.lock();
      try {
        if (!sent && !ended) {
          call.cancel("no connection in time", null);
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onMessage(R received) {
      message = received;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended = true;
      R received = message;
      if (status.isOk() && received != null) {
        finish(received);
      } else {
        fail(status.isOk() ? Status.INTERNAL.withDescription("no answer") : status);
      }
    }

    private void finish(R received) {
      try {
        EtcdConnection.header(received)
            .ifPresent(header -> connection.incarnation().observe(header, least));
        connection.answered(member);
        answer.complete(received);
      } catch (IncarnationLostException lost) {
        answer.completeExceptionally(lost);
      }
    }

    private StoreException meaning(Status status) {
      StoreException failure = connection.failure(status, kind, sent, member);
      boolean noSpace =
          failure instanceof RequestRefusedException refused
              && refused.reason() == RequestRefusedException.Reason.SPACE_EXCEEDED;
      if (noSpace && kind == EtcdCall.WRITE) {
        connection.space().look();
        return full
            ? failure
            : new OutcomeUnknownException(
                "the store became full, and may have taken this write", failure);
      }
      return failure;
    }

    private void fail(Status status) {
      if (EtcdFailures.isExpiredLogin(status) && connection.login().isNeeded()) {
        connection.login().forget(token);
        // A member that lags behind does not know the newest token yet. It is asked again while an
        // attempt has time to end: one that is cut off would only be known to have been late.
        Duration patience = loginRenewed ? FIRST_PAUSE : Duration.ZERO;
        long reserved = loginRenewed ? reserve() : 0;
        loginRenewed = true;
        if (left() > reserved && !givenUp && !connection.isClosed()) {
          later(patience, EtcdExchange.this::start);
          return;
        }
      }
      boolean passes = EtcdFailures.mayPass(status) && !givenUp;
      if (passes) {
        connection.failed(member, status);
      }
      boolean askedAll = attempts >= connection.endpoints();
      boolean harmless = kind != EtcdCall.WRITE || !sent || EtcdFailures.isCertain(status);
      long reserved = sent || !askedAll ? 0 : reserve();
      // What is known now is told, rather than forgotten in a pause that ends too late.
      long pause = pause();
      if (passes && harmless && left() > reserved + pause && !connection.isClosed()) {
        later(Duration.ofNanos(pause), EtcdExchange.this::start);
        return;
      }
      answer.completeExceptionally(meaning(status));
    }
  }
}

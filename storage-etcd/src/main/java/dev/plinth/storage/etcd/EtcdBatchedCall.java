package dev.plinth.storage.etcd;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One caller's operation on one key, which may travel with those of others.
 *
 * <p>Made by its caller, who waits in {@link #await}; taken and answered by whichever thread serves
 * the line.
 */
final class EtcdBatchedCall {
  private enum State {
    /** In the queue; its caller may take it back. */
    WAITING,
    /** Taken out of the queue to be sent: it may be applied from now on. */
    SENT,
    /** Taken back by its caller; certainly not applied. */
    WITHDRAWN,
    /** Answered, failed, or left to its caller to be done alone. */
    DONE
  }

  private final RequestOp operation;
  private final int bytes;
  private final EtcdCall kind;
  private final Thread caller = Thread.currentThread();
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private boolean deferred;
  private long revision;
  private @Nullable ResponseOp answer;
  private @Nullable StoreException failure;

  /**
   * An operation of the calling thread.
   *
   * @param operation what to do, as it is sent
   * @param bytes how much of a request it takes, at most
   * @param kind whether it writes
   */
  EtcdBatchedCall(RequestOp operation, int bytes, EtcdCall kind) {
    this.operation = operation;
    this.bytes = bytes;
    this.kind = kind;
  }

  /** The same operation of the same caller, to be sent anew. */
  EtcdBatchedCall again() {
    return new EtcdBatchedCall(operation, bytes, kind);
  }

  RequestOp operation() {
    return operation;
  }

  ByteString key() {
    return switch (operation.getRequestCase()) {
      case REQUEST_PUT -> operation.getRequestPut().getKey();
      case REQUEST_DELETE_RANGE -> operation.getRequestDeleteRange().getKey();
      default -> operation.getRequestRange().getKey();
    };
  }

  int bytes() {
    return bytes;
  }

  // Called by whoever serves the line.

  /** Takes it out of its caller's hands; returns whether the caller had not withdrawn it. */
  boolean take() {
    return state.compareAndSet(State.WAITING, State.SENT);
  }

  /** Remembers that it had to wait for another of the same key; returns whether it had before. */
  boolean defer() {
    boolean before = deferred;
    deferred = true;
    return before;
  }

  void answer(long atRevision, ResponseOp given) {
    revision = atRevision;
    answer = given;
    finish();
  }

  void fail(StoreException reason) {
    failure = reason;
    finish();
  }

  /** Leaves it to its caller, certain that nothing was applied. */
  void leaveAlone() {
    finish();
  }

  private void finish() {
    state.set(State.DONE);
    LockSupport.unpark(caller);
  }

  // Called by the caller.

  /**
   * Waits until it has left the queue, or for a while.
   *
   * @return whether it has left
   * @throws StoreException if the time is over or the thread was interrupted
   */
  boolean awaitSent(EtcdDeadline deadline, Duration time) {
    if (state.get() == State.WAITING) {
      long left = left(deadline);
      LockSupport.parkNanos(this, Math.min(left, time.toNanos()));
    }
    if (state.get() == State.WAITING) {
      long unused = left(deadline);
    }
    return state.get() != State.WAITING;
  }

  /**
   * Waits until it is done.
   *
   * @return whether it was answered; otherwise it is left to the caller to be done alone
   * @throws StoreException if it failed, or the time is over, or the thread was interrupted
   */
  boolean await(EtcdDeadline deadline) {
    while (state.get() != State.DONE) {
      LockSupport.parkNanos(this, left(deadline));
    }
    StoreException reason = failure;
    if (reason != null) {
      throw ofCaller(reason);
    }
    return answer != null;
  }

  /** Says how long may be waited; gives up when the time is over or the thread was interrupted. */
  private long left(EtcdDeadline deadline) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    long left = deadline.remaining();
    if (!interrupted && left > 0) {
      return left;
    }
    String why = interrupted ? "interrupted" : "no answer in time";
    if (state.compareAndSet(State.WAITING, State.WITHDRAWN)) {
      throw new StoreUnavailableException(this + ": " + why + ", not sent");
    }
    if (state.get() == State.DONE) {
      return 0;
    }
    throw kind == EtcdCall.READ
        ? new StoreUnavailableException(this + ": " + why)
        : new OutcomeUnknownException(this + ": " + why);
  }

  /** The callers of one batch share what happened, but not an exception that each may add to. */
  private static StoreException ofCaller(StoreException reason) {
    String text = String.valueOf(reason.getMessage());
    return switch (reason) {
      case OutcomeUnknownException unknown -> new OutcomeUnknownException(text, unknown);
      case StoreUnavailableException unavailable ->
          new StoreUnavailableException(text, unavailable);
      case HandleClosedException closed -> new HandleClosedException(text, closed);
      default -> reason;
    };
  }

  /** The store's revision with the answer. */
  long revision() {
    return revision;
  }

  /** What the server said, once {@link #await} returned that it did. */
  ResponseOp answer() {
    return requireNonNull(answer);
  }

  @Override
  public String toString() {
    String verb =
        switch (operation.getRequestCase()) {
          case REQUEST_PUT -> "put ";
          case REQUEST_DELETE_RANGE -> "delete ";
          default -> "read ";
        };
    return verb + EtcdCodec.key(key());
  }
}

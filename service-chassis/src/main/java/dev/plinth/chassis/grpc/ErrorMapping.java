package dev.plinth.chassis.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends calls whose implementation throws, or answers with an exception, with the status that {@link
 * Statuses} says. Thread-safe, holds nothing.
 */
final class ErrorMapping implements ServerInterceptor {
  @Override
  public <Q, A> Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    ClosingOnce<Q, A> guarded = new ClosingOnce<>(call);
    try {
      return new MappingListener<>(guarded, next.startCall(guarded, headers));
    } catch (RuntimeException thrown) { // whatever an implementation throws ends its call only
      guarded.fail(thrown);
      return new Listener<>() {};
    }
  }

  private static final class ClosingOnce<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final AtomicBoolean closed = new AtomicBoolean();

    ClosingOnce(ServerCall<Q, A> call) {
      super(call);
    }

    void fail(RuntimeException thrown) {
      close(Statuses.of(thrown, getMethodDescriptor().getFullMethodName()), new Metadata());
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!closed.compareAndSet(false, true)) {
        return;
      }
      Throwable cause = status.getCause();
      boolean unmapped = status.getCode() == Status.Code.UNKNOWN && cause != null;
      super.close(
          unmapped && cause != null
              ? Statuses.of(cause, getMethodDescriptor().getFullMethodName())
              : status,
          trailers);
    }
  }

  private static final class MappingListener<Q, A> extends SimpleForwardingServerCallListener<Q> {
    private final ClosingOnce<Q, A> call;

    MappingListener(ClosingOnce<Q, A> call, Listener<Q> delegate) {
      super(delegate);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      guarded(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      guarded(super::onHalfClose);
    }

    @Override
    public void onReady() {
      guarded(super::onReady);
    }

    private void guarded(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException thrown) { // whatever an implementation throws ends its call only
        call.fail(thrown);
      }
    }
  }
}

package dev.plinth.service.gateway.protocol;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Answers calls that have one answer. Holds nothing. */
public final class Replies {
  private Replies() {}

  /**
   * Answers a call.
   *
   * @param reply where the answer goes
   * @param answer makes it; may ask the store
   * @throws StatusRuntimeException with the error of the protocol, to be thrown on: it ends the
   *     call
   */
  public static <A> void answer(StreamObserver<A> reply, Supplier<A> answer) {
    A message = GatewayErrors.mapped(answer);
    reply.onNext(message);
    reply.onCompleted();
  }
}

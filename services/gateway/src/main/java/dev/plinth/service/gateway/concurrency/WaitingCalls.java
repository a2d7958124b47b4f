package dev.plinth.service.gateway.concurrency;

import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.GatewayErrors;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the calls that may wait long, and ends them when their client gives up or the gateway stops.
 *
 * <p>Thread-safe.
 */
final class WaitingCalls implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(WaitingCalls.class);

  private final StoreRuntime runtime;
  private final Set<WaitingCall> calls = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /** What a call does. */
  interface Work<A> {
    /**
     * Waits and answers.
     *
     * @param call what ends the wait
     * @param client where the answer goes
     */
    void run(WaitingCall call, ServerCallStreamObserver<A> client);
  }

  @Inject
  WaitingCalls(Store store) {
    this.runtime = store.runtime();
  }

  @Override
  public Phase phase() {
    return Phase.SERVE;
  }

  @Override
  public void start() {
    // Calls come with the server.
  }

  @Override
  public void stop() {
    stopping = true;
    calls.forEach(call -> call.end(GatewayError.STOPPED.status()));
  }

  /**
   * Starts a call on a thread of its own.
   *
   * @param reply where the answer goes
   * @param work what it does
   */
  <A> void start(StreamObserver<A> reply, Work<A> work) {
    ServerCallStreamObserver<A> client = (ServerCallStreamObserver<A>) reply;
    WaitingCall call = new WaitingCall();
    calls.add(call);
    client.setOnReadyHandler(call::wake);
    client.setOnCancelHandler(() -> {
      call.end(Status.CANCELLED);
      call.settle(false);
    });
    client.setOnCloseHandler(() -> call.settle(true));
    if (stopping) {
      call.end(GatewayError.STOPPED.status());
    }
    Thread _ = runtime.start("plinth-gateway-wait", () -> carryOut(call, client, work));
  }

  private <A> void carryOut(WaitingCall call, ServerCallStreamObserver<A> client, Work<A> work) {
    try {
      work.run(call, client);
    } catch (GaveUpException over) {
      fail(call, client, over.status());
    } catch (StoreException failed) {
      fail(call, client, plain(failed).getStatus());
    } catch (StatusRuntimeException known) {
      fail(call, client, known.getStatus());
    } catch (RuntimeException thrown) { // or the client would wait for ever
      LOG.atError().setCause(thrown).log("A waiting call failed");
      fail(call, client, Status.INTERNAL);
    } finally {
      calls.remove(call);
    }
  }

  private static <A> void fail(
      WaitingCall call, ServerCallStreamObserver<A> client, Status status) {
    call.settle(false);
    if (!client.isCancelled()) {
      client.onError(status.asRuntimeException());
    }
  }

  /**
   * Answers at once.
   *
   * @param reply where the answer goes
   * @param answer makes it
   * @throws StatusRuntimeException if the store failed, to be thrown on: it ends the call
   */
  static <A> void answer(StreamObserver<A> reply, Supplier<A> answer) {
    A message;
    try {
      message = answer.get();
    } catch (StoreException failed) {
      throw plain(failed);
    }
    reply.onNext(message);
    reply.onCompleted();
  }

  /**
   * These services are clients of the others, and pass on the text of an error without its code.
   */
  private static StatusRuntimeException plain(StoreException failed) {
    return Status.UNKNOWN.withDescription(GatewayErrors.of(failed).text()).asRuntimeException();
  }
}

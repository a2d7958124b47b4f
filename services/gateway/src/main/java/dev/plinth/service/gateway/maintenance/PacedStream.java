package dev.plinth.service.gateway.maintenance;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * A stream of answers that waits for its reader, so that nothing piles up.
 *
 * <p>Written by one thread, which may block.
 */
final class PacedStream<A> implements Consumer<A> {
  private final ServerCallStreamObserver<A> call;
  private final Semaphore changes = new Semaphore(0);

  /**
   * Paces a call; made on the thread that the call came on.
   *
   * @param call whose handlers are still free
   */
  PacedStream(ServerCallStreamObserver<A> call) {
    this.call = call;
    call.setOnReadyHandler(changes::release);
    call.setOnCancelHandler(changes::release);
  }

  /**
   * Sends one answer.
   *
   * @throws CancellationException if the reader is gone
   */
  @Override
  public void accept(A answer) {
    while (!call.isReady()) {
      if (call.isCancelled()) {
        throw new CancellationException("the reader is gone");
      }
      changes.acquireUninterruptibly();
      int _ = changes.drainPermits();
    }
    call.onNext(answer);
  }
}

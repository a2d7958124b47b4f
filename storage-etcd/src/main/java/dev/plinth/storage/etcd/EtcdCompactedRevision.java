package dev.plinth.storage.etcd;

import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds out from which revision on history is readable. No request of etcd's asks for it; but a
 * watch that starts too early is refused with it.
 */
final class EtcdCompactedRevision {
  private final EtcdConnection connection;

  EtcdCompactedRevision(EtcdConnection connection) {
    this.connection = connection;
  }

  /**
   * Asks the server. Blocks.
   *
   * @return the oldest readable revision, zero if nothing was compacted
   * @throws StoreException if it could not be asked
   */
  Revision ask() {
    CompletableFuture<Revision> answer = new CompletableFuture<>();
    ClientCall<WatchRequest, WatchResponse> watch = connection.stream(WatchGrpc.getWatchMethod());
    watch.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(WatchResponse response) {
            if (response.getCanceled()) {
              answer.complete(Revision.of(Math.max(0, response.getCompactRevision())));
            } else if (!response.getCreated()) {
              answer.complete(Revision.ZERO);
            }
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            answer.completeExceptionally(connection.failure(status, trailers, EtcdCall.READ));
          }
        },
        new Metadata());
    watch.request(3);
    watch.sendMessage(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(EtcdCodec.bytes(Key.of((byte) 0)))
                    .setStartRevision(1))
            .build());
    watch.sendMessage(
        WatchRequest.newBuilder()
            .setProgressRequest(io.etcd.jetcd.api.WatchProgressRequest.getDefaultInstance())
            .build());
    try {
      return answer.get(connection.config().requestTimeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof StoreException failure
          ? failure
          : new IllegalStateException("asking failed in an unforeseen way", failed);
    } catch (TimeoutException late) {
      throw new StoreUnavailableException("the store did not answer in time", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while waiting for the store", interrupted);
    } finally {
      watch.cancel("answered", null);
    }
  }
}

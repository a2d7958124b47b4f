package dev.plinth.storage.etcd;

import com.google.protobuf.ByteString;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
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
   * Asks the servers. Blocks.
   *
   * @return the oldest readable revision; zero if nothing was compacted
   * @throws StoreException if they could not be asked
   */
  Revision ask() {
    return connection.probe().ask(this::askAbout);
  }

  private Revision askAbout(ByteString key) {
    RangeRequest first =
        RangeRequest.newBuilder().setKey(key).setRevision(1).setCountOnly(true).build();
    try {
      RangeResponse unused = connection.read(KVGrpc.getRangeMethod(), first);
      return Revision.ZERO;
    } catch (HistoryLostException compacted) {
      return await(watchFromFirst(key));
    }
  }

  private CompletableFuture<Revision> watchFromFirst(ByteString key) {
    CompletableFuture<Revision> answer = new CompletableFuture<>();
    ClientCall<WatchRequest, WatchResponse> watch = connection.stream(WatchGrpc.getWatchMethod());
    watch.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(WatchResponse response) {
            if (response.getCanceled()) {
              answer.complete(Revision.of(Math.max(0, response.getCompactRevision())));
            }
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            // After an answer this changes nothing.
            answer.completeExceptionally(connection.failure(status, trailers, EtcdCall.READ));
          }
        },
        new Metadata());
    // One says that the watch exists, the other that it is refused.
    watch.request(2);
    watch.sendMessage(
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key).setStartRevision(1))
            .build());
    return answer
        .orTimeout(connection.config().requestTimeout().toNanos(), TimeUnit.NANOSECONDS)
        .whenComplete((revision, failure) -> watch.cancel("answered", null));
  }

  private static Revision await(CompletableFuture<Revision> answer) {
    try {
      return answer.get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof StoreException failure
          ? failure
          : new StoreUnavailableException("the store did not answer in time", failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while waiting for the store", interrupted);
    }
  }
}

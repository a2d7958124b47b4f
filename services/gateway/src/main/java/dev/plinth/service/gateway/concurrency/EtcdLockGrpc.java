package dev.plinth.service.gateway.concurrency;

import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.LockRequest;
import io.etcd.jetcd.api.lock.LockResponse;
import io.etcd.jetcd.api.lock.UnlockRequest;
import io.etcd.jetcd.api.lock.UnlockResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;

/** Serves {@code v3lockpb.Lock}. Thread-safe. */
final class EtcdLockGrpc extends LockGrpc.LockImplBase {
  private final Store store;
  private final ResponseHeaders headers;
  private final WaitingCalls calls;
  private final Candidates candidates;

  @Inject
  EtcdLockGrpc(Store store, ResponseHeaders headers, WaitingCalls calls, Candidates candidates) {
    this.store = store;
    this.headers = headers;
    this.calls = calls;
    this.candidates = candidates;
  }

  @Override
  public void lock(LockRequest request, StreamObserver<LockResponse> reply) {
    calls.start(reply, (call, client) -> lock(request, call, client));
  }

  private void lock(
      LockRequest request, WaitingCall call, ServerCallStreamObserver<LockResponse> client) {
    Candidate candidate =
        candidates.enter(request.getName(), request.getLease(), Bytes.EMPTY, call);
    Revision turn =
        candidates.awaitTurn(candidate, call, GatewayError.LOCK_SESSION_EXPIRED::exception);
    client.onNext(
        LockResponse.newBuilder()
            .setHeader(headers.at(turn))
            .setKey(Ranges.string(candidate.key()))
            .build());
    client.onCompleted();
  }

  @Override
  public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> reply) {
    WaitingCalls.answer(
        reply,
        () -> {
          Transaction removal = Transaction.of(Delete.of(Ranges.key(request.getKey())));
          Revision revision = store.keyValues().commit(removal).revision();
          return UnlockResponse.newBuilder().setHeader(headers.at(revision)).build();
        });
  }
}

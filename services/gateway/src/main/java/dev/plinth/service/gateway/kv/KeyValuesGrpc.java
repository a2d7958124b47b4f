package dev.plinth.service.gateway.kv;

import dev.plinth.service.gateway.protocol.Alarms;
import dev.plinth.service.gateway.protocol.Replies;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.Commit;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;

/**
 * What clients read and write.
 *
 * <p>Thread-safe.
 */
final class KeyValuesGrpc extends KVGrpc.KVImplBase {
  private final KeyValues keyValues;
  private final Leases leases;
  private final ResponseHeaders headers;
  private final Alarms alarms;
  private final TransactionRequests transactions;

  @Inject
  KeyValuesGrpc(Store store, ResponseHeaders headers, Alarms alarms) {
    this.alarms = alarms;
    this.keyValues = store.keyValues();
    this.leases = store.leases();
    this.headers = headers;
    this.transactions = new TransactionRequests(store);
  }

  @Override
  public void range(RangeRequest request, StreamObserver<RangeResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          RangeRequests.check(request);
          alarms.refuseIfCorrupt();
          Slice slice = keyValues.read(RangeRequests.read(request));
          return RangeRequests.response(request, slice, headers.at(slice.revision()));
        });
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          WriteRequests.check(request);
          alarms.refuseIfFull();
          Outcome.Written written = written(request);
          return WriteRequests.response(written, headers.at(written.revision()));
        });
  }

  @Override
  public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          WriteRequests.check(request);
          alarms.refuseIfCorrupt();
          Outcome.Deleted deleted =
              keyValues.commit(Transaction.of(WriteRequests.delete(request))).delete(0);
          return WriteRequests.response(deleted, headers.at(deleted.revision()));
        });
  }

  @Override
  public void txn(TxnRequest request, StreamObserver<TxnResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          transactions.check(request);
          refuseIfAlarmed(request);
          Commit commit = transactions.commit(request);
          return TransactionResponses.of(request, commit, headers.at(commit.revision()));
        });
  }

  private Outcome.Written written(PutRequest request) {
    try {
      return keyValues.commit(Transaction.of(WriteRequests.put(request))).put(0);
    } catch (RequestRefusedException refused) {
      // Alone, a put looks for its lease first, in a transaction for its key.
      if (refused.reason() == RequestRefusedException.Reason.KEY_NOT_FOUND
          && request.getLease() != 0
          && leases.describe(LeaseId.of(request.getLease())).isEmpty()) {
        throw new RequestRefusedException(RequestRefusedException.Reason.LEASE_NOT_FOUND);
      }
      throw refused;
    }
  }

  private void refuseIfAlarmed(TxnRequest request) {
    if (TransactionRequests.adds(request)) {
      alarms.refuseIfFull();
    } else {
      alarms.refuseIfCorrupt();
    }
  }

  @Override
  public void compact(CompactionRequest request, StreamObserver<CompactionResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          alarms.refuseIfCorrupt();
          Revision now = keyValues.compact(Revision.of(request.getRevision()));
          return CompactionResponse.newBuilder().setHeader(headers.at(now)).build();
        });
  }
}

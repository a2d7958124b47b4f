package dev.plinth.service.gateway.kv;

import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Slice;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.util.List;

/** Translates what a transaction did. Holds nothing. */
final class TransactionResponses {
  private TransactionResponses() {}

  static TxnResponse of(TxnRequest request, Commit commit, ResponseHeader header) {
    TxnResponse.Builder response =
        TxnResponse.newBuilder().setHeader(header).setSucceeded(commit.conditionsHeld());
    List<RequestOp> ran =
        commit.conditionsHeld() ? request.getSuccessList() : request.getFailureList();
    for (int i = 0; i < ran.size(); i++) {
      response.addResponses(of(ran.get(i), commit.outcomes().get(i)));
    }
    return response.build();
  }

  private static ResponseOp of(RequestOp request, Outcome outcome) {
    ResponseOp.Builder response = ResponseOp.newBuilder();
    switch (outcome) {
      case Slice slice ->
          response.setResponseRange(
              RangeRequests.response(
                  request.getRequestRange(), slice, ResponseHeaders.inner(slice.revision())));
      case Outcome.Written written ->
          response.setResponsePut(
              WriteRequests.response(written, ResponseHeaders.inner(written.revision())));
      case Outcome.Deleted deleted ->
          response.setResponseDeleteRange(
              WriteRequests.response(deleted, ResponseHeaders.inner(deleted.revision())));
      // etcd leaves the header of a nested transaction there but empty.
      case Commit nested ->
          response.setResponseTxn(
              of(request.getRequestTxn(), nested, ResponseHeader.getDefaultInstance()));
    }
    return response.build();
  }
}

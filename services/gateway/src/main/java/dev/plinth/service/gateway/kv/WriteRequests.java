package dev.plinth.service.gateway.kv;

import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Put;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.ResponseHeader;

/** Translates puts and deletes and their answers. Holds nothing. */
final class WriteRequests {
  private WriteRequests() {}

  static void check(PutRequest request) {
    if (request.getKey().isEmpty()) {
      throw GatewayError.EMPTY_KEY.exception();
    }
    if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
      throw GatewayError.VALUE_PROVIDED.exception();
    }
    if (request.getIgnoreLease() && request.getLease() != 0) {
      throw GatewayError.LEASE_PROVIDED.exception();
    }
  }

  static void check(DeleteRangeRequest request) {
    if (request.getKey().isEmpty()) {
      throw GatewayError.EMPTY_KEY.exception();
    }
  }

  static Put put(PutRequest request) {
    Put put =
        request.getIgnoreValue()
            ? Put.keepingValue(Ranges.key(request.getKey()))
            : Put.of(Ranges.key(request.getKey()), Ranges.bytes(request.getValue()));
    if (request.getIgnoreLease()) {
      put = put.keepingLease();
    } else if (request.getLease() != 0) {
      put = put.withLease(LeaseId.of(request.getLease()));
    }
    return request.getPrevKv() ? put.returningPrevious() : put;
  }

  static Delete delete(DeleteRangeRequest request) {
    Delete delete = Delete.of(Ranges.of(request.getKey(), request.getRangeEnd()));
    return request.getPrevKv() ? delete.returningPrevious() : delete;
  }

  static PutResponse response(Outcome.Written written, ResponseHeader header) {
    PutResponse.Builder response = PutResponse.newBuilder().setHeader(header);
    written.previous().map(Ranges::keyValue).ifPresent(response::setPrevKv);
    return response.build();
  }

  static DeleteRangeResponse response(Outcome.Deleted deleted, ResponseHeader header) {
    DeleteRangeResponse.Builder response =
        DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(deleted.count());
    for (Entry entry : deleted.previous()) {
      response.addPrevKvs(Ranges.keyValue(entry));
    }
    return response.build();
  }
}

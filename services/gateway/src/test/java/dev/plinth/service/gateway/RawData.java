package dev.plinth.service.gateway;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.Channel;
import java.util.List;

/** The data of a server, as its protocol shows and changes it. */
final class RawData {
  private final KVGrpc.KVBlockingStub keyValues;
  private final LeaseGrpc.LeaseBlockingStub leases;

  RawData(Channel channel) {
    keyValues = KVGrpc.newBlockingStub(channel);
    leases = LeaseGrpc.newBlockingStub(channel);
  }

  /** Returns the revision of the put. */
  long put(String key, String value) {
    return put(key, ByteString.copyFromUtf8(value), 0);
  }

  long put(String key, ByteString value, long lease) {
    return keyValues
        .put(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(value)
                .setLease(lease)
                .build())
        .getHeader()
        .getRevision();
  }

  /** Puts several keys at once, and returns the revision of that. */
  long putAll(List<String> keys, ByteString value) {
    TxnRequest.Builder request = TxnRequest.newBuilder();
    for (String key : keys) {
      request.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(
                  PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).setValue(value)));
    }
    return keyValues.txn(request.build()).getHeader().getRevision();
  }

  long delete(String key) {
    return keyValues
        .deleteRange(DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build())
        .getHeader()
        .getRevision();
  }

  void compact(long revision) {
    var _ = keyValues.compact(CompactionRequest.newBuilder().setRevision(revision).build());
  }

  long revision() {
    return range("revision").getHeader().getRevision();
  }

  RangeResponse range(String key) {
    return keyValues.range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build());
  }

  RangeResponse prefix(String prefix) {
    var request = RawWatch.onPrefix(prefix);
    return keyValues.range(
        RangeRequest.newBuilder()
            .setKey(request.getKey())
            .setRangeEnd(request.getRangeEnd())
            .build());
  }

  long grant(long seconds) {
    return leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(seconds).build()).getID();
  }

  void revoke(long lease) {
    var _ = leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
  }
}

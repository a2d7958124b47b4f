package dev.plinth.service.gateway.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberListResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One of the two that are asked the same. One thread at a time. */
final class Side {
  private static final int PATIENCE_SECONDS = 30;
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
  private static final ByteString MARK = ByteString.copyFromUtf8("mark");

  private static final MethodDescriptor<MemberListRequest, MemberListResponse> LEASES =
      MethodDescriptor.<MemberListRequest, MemberListResponse>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(
              MethodDescriptor.generateFullMethodName(LeaseGrpc.SERVICE_NAME, "LeaseLeases"))
          .setRequestMarshaller(ProtoUtils.marshaller(MemberListRequest.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(MemberListResponse.getDefaultInstance()))
          .build();

  private final Channel channel;
  private long base;
  private WatchedStream watches;

  Side(Channel channel) {
    this.channel = channel;
    this.watches = WatchedStream.open(channel, base);
  }

  /** Leaves nothing of what was before: no key, no lease, no history. */
  void begin() {
    for (Member lease : leases().getMembersList()) {
      Message _ = lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease.getID()).build());
    }
    // A revision that was never compacted is needed, so one is made.
    Message _ = kv().put(PutRequest.newBuilder().setKey(MARK).build());
    base =
        kv().deleteRange(DeleteRangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO).build())
            .getHeader()
            .getRevision();
    Message _ = kv().compact(CompactionRequest.newBuilder().setRevision(base).build());
    watches.close();
    watches = WatchedStream.open(channel, base);
  }

  /** Returns the answer, or the error, as text without what may differ. */
  String ask(Command command) {
    try {
      Message answer = send(command.kind(), Revisions.moved(command.request(), base));
      return TextFormat.printer().printToString(comparable(Revisions.moved(answer, -base)));
    } catch (StatusRuntimeException failed) {
      if (failed.getStatus().getCode() == Status.Code.UNAVAILABLE) {
        throw new AssertionError("no answer to " + command, failed);
      }
      return failed.getStatus().getCode() + ": " + failed.getStatus().getDescription();
    }
  }

  /**
   * Returns what watches delivered, up to now.
   *
   * @return a line for each event, as text without what may differ
   */
  String watched() {
    return watches.deliveredUpTo(now());
  }

  private long now() {
    return kv().range(RangeRequest.newBuilder().setKey(MARK).build()).getHeader().getRevision();
  }

  /** While one waits for a revision ahead, etcd 3.5 tells progress, but later ones do not. */
  private WatchRequest notAhead(WatchRequest request) {
    long now = now();
    if (request.getCreateRequest().getStartRevision() <= now) {
      return request;
    }
    return request.toBuilder()
        .setCreateRequest(request.getCreateRequest().toBuilder().setStartRevision(now))
        .build();
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private LeaseGrpc.LeaseBlockingStub lease() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private MemberListResponse leases() {
    return ClientCalls.blockingUnaryCall(
        channel,
        LEASES,
        CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS),
        MemberListRequest.getDefaultInstance());
  }

  private Message send(Command.Kind kind, Message request) {
    return switch (kind) {
      case RANGE -> kv().range((RangeRequest) request);
      case PUT -> kv().put((PutRequest) request);
      case DELETE -> kv().deleteRange((DeleteRangeRequest) request);
      case TXN -> kv().txn((TxnRequest) request);
      case COMPACT -> compact((CompactionRequest) request);
      case GRANT -> lease().leaseGrant((LeaseGrantRequest) request);
      case REVOKE -> lease().leaseRevoke((LeaseRevokeRequest) request);
      case RENEW -> renew((LeaseKeepAliveRequest) request);
      case DESCRIBE -> lease().leaseTimeToLive((LeaseTimeToLiveRequest) request);
      case LEASES -> leases();
      case WATCH -> watches.ask(notAhead((WatchRequest) request));
    };
  }

  private Message compact(CompactionRequest request) {
    Message answer = kv().compact(request);
    watches.compacted(request.getRevision());
    return answer;
  }

  private LeaseKeepAliveResponse renew(LeaseKeepAliveRequest request) {
    Iterator<LeaseKeepAliveResponse> answers =
        ClientCalls.blockingServerStreamingCall(
            channel,
            LeaseGrpc.getLeaseKeepAliveMethod().toBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .build(),
            CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS),
            request);
    LeaseKeepAliveResponse answer = answers.next();
    // The half-closed stream ends by itself.
    if (answers.hasNext()) {
      throw new AssertionError("one renewal, two answers: " + answer + answers.next());
    }
    return answer;
  }

  /** Sorts what etcd lists in no order, and takes out the seconds that passed. */
  private static Message comparable(Message answer) {
    return switch (answer) {
      case LeaseTimeToLiveResponse lease -> {
        List<ByteString> keys =
            lease.getKeysList().stream()
                .sorted(ByteString.unsignedLexicographicalComparator())
                .toList();
        long passed = lease.getGrantedTTL() - lease.getTTL();
        LeaseTimeToLiveResponse.Builder masked = lease.toBuilder().clearKeys().addAllKeys(keys);
        yield lease.getGrantedTTL() > 0 && passed >= 0 && passed < 2 * PATIENCE_SECONDS
            ? masked.setTTL(lease.getGrantedTTL()).build()
            : masked.build();
      }
      case MemberListResponse leases ->
          leases.toBuilder()
              .clearMembers()
              .addAllMembers(
                  leases.getMembersList().stream()
                      .sorted(Comparator.comparingLong(Member::getID))
                      .toList())
              .build();
      default -> answer;
    };
  }
}

package dev.plinth.service.gateway.cluster;

import dev.plinth.chassis.grpc.GrpcServer;
import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.MemberName;
import dev.plinth.service.gateway.protocol.Replies;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberAddRequest;
import io.etcd.jetcd.api.MemberAddResponse;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberListResponse;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberPromoteResponse;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.MemberRemoveResponse;
import io.etcd.jetcd.api.MemberUpdateRequest;
import io.etcd.jetcd.api.MemberUpdateResponse;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.util.List;

/**
 * The members of the cluster: this gateway. Who keeps the data is the store's affair.
 *
 * <p>Thread-safe.
 */
final class MembersGrpc extends ClusterGrpc.ClusterImplBase {
  private final ResponseHeaders headers;
  private final MemberName name;
  // The server serves this class, and knows its port once it listens.
  private final Provider<GrpcServer> server;

  @Inject
  MembersGrpc(ResponseHeaders headers, MemberName name, Provider<GrpcServer> server) {
    this.headers = headers;
    this.name = name;
    this.server = server;
  }

  @Override
  public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> reply) {
    Replies.answer(
        reply,
        () ->
            MemberListResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .addMembers(
                    Member.newBuilder()
                        .setID(headers.memberId())
                        .setName(name.value())
                        .addAllClientURLs(clientUrls()))
                .build());
  }

  private List<String> clientUrls() {
    return name.clientUrls().isEmpty()
        ? List.of("http://" + server.get().target())
        : name.clientUrls();
  }

  @Override
  public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> reply) {
    throw GatewayError.UNSUPPORTED_MEMBERSHIP.exception();
  }

  @Override
  public void memberRemove(
      MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> reply) {
    throw GatewayError.UNSUPPORTED_MEMBERSHIP.exception();
  }

  @Override
  public void memberUpdate(
      MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> reply) {
    throw GatewayError.UNSUPPORTED_MEMBERSHIP.exception();
  }

  @Override
  public void memberPromote(
      MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> reply) {
    throw GatewayError.UNSUPPORTED_MEMBERSHIP.exception();
  }
}

package dev.plinth.service.gateway.lease;

import dev.plinth.service.gateway.protocol.Replies;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.service.gateway.protocol.ServiceDefinitions;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Store;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberListResponse;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;

/**
 * The whole service of leases: the calls of the generated class, and the list that it lacks.
 *
 * <p>Thread-safe.
 */
final class LeasesGrpc implements BindableService {
  private final LeaseCalls calls;
  private final Leases leases;
  private final ResponseHeaders headers;

  @Inject
  LeasesGrpc(LeaseCalls calls, Store store, ResponseHeaders headers) {
    this.calls = calls;
    this.leases = store.leases();
    this.headers = headers;
  }

  /**
   * On the wire the list's request is empty, and its answer a header and messages whose first field
   * is a number: the same as the list of members.
   */
  @Override
  public ServerServiceDefinition bindService() {
    return ServiceDefinitions.with(
        calls.bindService(),
        "LeaseLeases",
        MemberListRequest.getDefaultInstance(),
        MemberListResponse.getDefaultInstance(),
        this::list);
  }

  private void list(MemberListRequest unusedRequest, StreamObserver<MemberListResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          MemberListResponse.Builder response = MemberListResponse.newBuilder();
          for (LeaseId lease : leases.list()) {
            response.addMembers(Member.newBuilder().setID(lease.value()));
          }
          return response.setHeader(headers.now()).build();
        });
  }
}

package dev.plinth.service.gateway.lease;

import dev.plinth.service.gateway.protocol.Replies;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Store;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberListResponse;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;

/**
 * The whole service of leases: the calls of the generated class, and the list that it lacks.
 *
 * <p>Thread-safe.
 */
final class LeasesGrpc implements BindableService {
  /**
   * On the wire its request is empty, and its answer a header and messages whose first field is a
   * number: the same as the list of members.
   */
  private static final MethodDescriptor<MemberListRequest, MemberListResponse> LIST =
      MethodDescriptor.<MemberListRequest, MemberListResponse>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(
              MethodDescriptor.generateFullMethodName(LeaseGrpc.SERVICE_NAME, "LeaseLeases"))
          .setRequestMarshaller(ProtoUtils.marshaller(MemberListRequest.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(MemberListResponse.getDefaultInstance()))
          .build();

  private final LeaseCalls calls;
  private final Leases leases;
  private final ResponseHeaders headers;

  @Inject
  LeasesGrpc(LeaseCalls calls, Store store, ResponseHeaders headers) {
    this.calls = calls;
    this.leases = store.leases();
    this.headers = headers;
  }

  @Override
  public ServerServiceDefinition bindService() {
    ServerServiceDefinition generated = calls.bindService();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(LeaseGrpc.SERVICE_NAME).addMethod(LIST);
    for (MethodDescriptor<?, ?> method : generated.getServiceDescriptor().getMethods()) {
      descriptor.addMethod(method);
    }
    ServerServiceDefinition.Builder whole =
        ServerServiceDefinition.builder(descriptor.build())
            .addMethod(LIST, ServerCalls.asyncUnaryCall(this::list));
    for (ServerMethodDefinition<?, ?> method : generated.getMethods()) {
      whole.addMethod(method);
    }
    return whole.build();
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

package dev.plinth.service.gateway.watch;

import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;

/** Serves {@code etcdserverpb.Watch}. Thread-safe. */
final class EtcdWatchGrpc implements BindableService, WatchGrpc.AsyncService {
  private static final Context.Key<Boolean> NEEDS_LEADER =
      Context.keyWithDefault("needs-leader", false);

  private final WatchStreams streams;

  @Inject
  EtcdWatchGrpc(WatchStreams streams) {
    this.streams = streams;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerInterceptors.intercept(WatchGrpc.bindService(this), new LeaderDemand());
  }

  @Override
  public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> client) {
    return streams.open((ServerCallStreamObserver<WatchResponse>) client, NEEDS_LEADER.get());
  }

  /** Notes which clients would rather have no watch than one whose store is cut off. */
  private static final class LeaderDemand implements ServerInterceptor {
    private static final Metadata.Key<String> HAS_LEADER =
        Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      boolean needed = "true".equals(headers.get(HAS_LEADER));
      return Contexts.interceptCall(
          Context.current().withValue(NEEDS_LEADER, needed), call, headers, next);
    }
  }
}

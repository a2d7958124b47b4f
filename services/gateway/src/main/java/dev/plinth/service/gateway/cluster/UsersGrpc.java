package dev.plinth.service.gateway.cluster;

import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.Replies;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.service.gateway.protocol.ServiceDefinitions;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;

/**
 * What a server without authentication says of users: nobody needs to log in. Users and roles are
 * not kept; the calls that manage them are unimplemented.
 *
 * <p>Thread-safe.
 */
final class UsersGrpc implements BindableService {
  /** What etcd counts from. */
  private static final long FIRST_AUTH_REVISION = 1;

  private final ResponseHeaders headers;

  @Inject
  UsersGrpc(ResponseHeaders headers) {
    this.headers = headers;
  }

  private static final class Login extends AuthGrpc.AuthImplBase {
    @Override
    public void authenticate(
        AuthenticateRequest request, StreamObserver<AuthenticateResponse> reply) {
      // Clients take this for: go on without.
      throw GatewayError.AUTHENTICATION_NOT_ENABLED.exception();
    }
  }

  /**
   * On the wire the status is a header and two numbers, as a granted lease is: whether
   * authentication is enabled, and the revision of its store.
   */
  @Override
  public ServerServiceDefinition bindService() {
    return ServiceDefinitions.with(
        new Login().bindService(),
        "AuthStatus",
        AuthEnableRequest.getDefaultInstance(),
        LeaseGrantResponse.getDefaultInstance(),
        this::status);
  }

  private void status(AuthEnableRequest unusedRequest, StreamObserver<LeaseGrantResponse> reply) {
    Replies.answer(
        reply,
        () ->
            LeaseGrantResponse.newBuilder()
                .setHeader(headers.now())
                .setTTL(FIRST_AUTH_REVISION)
                .build());
  }
}

package dev.plinth.service.gateway.lease;

import dev.plinth.service.gateway.protocol.Alarms;
import dev.plinth.service.gateway.protocol.GatewayErrors;
import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.service.gateway.protocol.Replies;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import java.time.Duration;

/**
 * The leases that clients hold.
 *
 * <p>Thread-safe.
 */
final class LeaseCalls extends LeaseGrpc.LeaseImplBase {
  /** The time to live of a lease that does not exist. */
  private static final long NO_TTL = -1;

  private final Leases leases;
  private final StoreLimits limits;
  private final ResponseHeaders headers;
  private final Alarms alarms;

  @Inject
  LeaseCalls(Store store, ResponseHeaders headers, Alarms alarms) {
    this.alarms = alarms;
    this.leases = store.leases();
    this.limits = store.limits();
    this.headers = headers;
  }

  @Override
  public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          alarms.refuseIfFull();
          LeaseInfo lease = leases.grant(LeaseId.of(request.getID()), ttl(request.getTTL()));
          return LeaseGrantResponse.newBuilder()
              .setHeader(headers.now())
              .setID(lease.id().value())
              .setTTL(lease.granted().toSeconds())
              .build();
        });
  }

  /** A time that is not positive is too short, which is no error: it is raised as any other. */
  private Duration ttl(long seconds) {
    return seconds <= 0 ? limits.shortestTtl() : Duration.ofSeconds(seconds);
  }

  @Override
  public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          alarms.refuseIfCorrupt();
          Revision now = leases.revoke(LeaseId.of(request.getID()));
          return LeaseRevokeResponse.newBuilder().setHeader(headers.at(now)).build();
        });
  }

  @Override
  public void leaseTimeToLive(
      LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          LeaseTimeToLiveResponse.Builder response =
              LeaseTimeToLiveResponse.newBuilder().setID(request.getID());
          leases
              .describe(LeaseId.of(request.getID()))
              .ifPresentOrElse(
                  lease -> describe(lease, request.getKeys(), response),
                  () -> response.setTTL(NO_TTL));
          return response.setHeader(headers.now()).build();
        });
  }

  private static void describe(
      LeaseInfo lease, boolean withKeys, LeaseTimeToLiveResponse.Builder response) {
    response.setTTL(lease.remaining().toSeconds()).setGrantedTTL(lease.granted().toSeconds());
    if (withKeys) {
      for (Key key : lease.keys()) {
        response.addKeys(Ranges.string(key));
      }
    }
  }

  @Override
  public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
      StreamObserver<LeaseKeepAliveResponse> replies) {
    ServerCallStreamObserver<LeaseKeepAliveResponse> call =
        (ServerCallStreamObserver<LeaseKeepAliveResponse>) replies;
    KeepAlives stream = new KeepAlives(call);
    call.disableAutoRequest();
    call.setOnReadyHandler(stream::continueReading);
    call.setOnCancelHandler(stream::ended);
    stream.readFirst();
    return stream;
  }

  private LeaseKeepAliveResponse renewed(long id) {
    return GatewayErrors.mapped(() -> {
      // Before the renewal, so that no client sees a lease alive at a revision that ended it.
      ResponseHeader header = headers.now();
      LeaseKeepAliveResponse.Builder response =
          LeaseKeepAliveResponse.newBuilder().setHeader(header).setID(id);
      try {
        response.setTTL(leases.renew(LeaseId.of(id)).granted().toSeconds());
      } catch (LeaseLostException lost) {
        response.setTTL(0);
      }
      return response.build();
    });
  }

  /**
   * One stream of renewals, answered in order. A client that does not read its answers is not read
   * either. Used by one thread at a time.
   */
  private final class KeepAlives implements StreamObserver<LeaseKeepAliveRequest> {
    private final ServerCallStreamObserver<LeaseKeepAliveResponse> call;
    private boolean asked;
    private boolean over;

    KeepAlives(ServerCallStreamObserver<LeaseKeepAliveResponse> call) {
      this.call = call;
    }

    void readFirst() {
      asked = true;
      call.request(1);
    }

    void continueReading() {
      if (!asked && !over && call.isReady()) {
        asked = true;
        call.request(1);
      }
    }

    void ended() {
      over = true;
    }

    @Override
    public void onNext(LeaseKeepAliveRequest request) {
      asked = false;
      call.onNext(renewed(request.getID()));
      continueReading();
    }

    @Override
    public void onError(Throwable gone) {
      ended();
    }

    @Override
    public void onCompleted() {
      ended();
      call.onCompleted();
    }
  }
}

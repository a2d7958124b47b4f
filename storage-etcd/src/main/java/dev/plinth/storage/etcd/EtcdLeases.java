package dev.plinth.storage.etcd;

import static dev.plinth.spi.RequestRefusedException.Reason.LEASE_EXISTS;

import com.google.protobuf.ByteString;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Leases;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberListResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The leases: a call each, but for renewals, which share one stream.
 *
 * <p>Thread-safe.
 */
final class EtcdLeases implements Leases {
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** How often members may change between two requests before the list is taken as it is. */
  private static final int CATCHING_UP = 4;

  /**
   * The list of leases, which the generated classes lack. On the wire its request is empty, and its
   * answer a header and messages whose first field is a number: the same as the list of members.
   */
  private static final MethodDescriptor<MemberListRequest, MemberListResponse> LIST =
      MethodDescriptor.<MemberListRequest, MemberListResponse>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(
              MethodDescriptor.generateFullMethodName(LeaseGrpc.SERVICE_NAME, "LeaseLeases"))
          .setRequestMarshaller(ProtoUtils.marshaller(MemberListRequest.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(MemberListResponse.getDefaultInstance()))
          .build();

  private final EtcdConnection connection;
  private final EtcdKeepAlive keepAlive;

  EtcdLeases(EtcdConnection connection) {
    this.connection = connection;
    this.keepAlive = new EtcdKeepAlive(connection);
  }

  @Override
  public LeaseInfo grant(Duration ttl) {
    return grantUnderNewName(RequestRules.grantableTtl(ttl, connection.limits()));
  }

  @Override
  public LeaseInfo grant(LeaseId id, Duration ttl) {
    Duration grantable = RequestRules.grantableTtl(ttl, connection.limits());
    return id.equals(LeaseId.NONE)
        ? grantUnderNewName(grantable)
        : granted(connection.write(LeaseGrpc.getLeaseGrantMethod(), request(id, grantable)));
  }

  /**
   * Grants under a random name of our own, so that the request may be repeated when its outcome is
   * unknown: nobody else uses the name, so that it exists means that an earlier attempt succeeded,
   * and there is never a second lease (G39).
   */
  private LeaseInfo grantUnderNewName(Duration ttl) {
    EtcdDeadline deadline =
        EtcdDeadline.in(connection.config().requestTimeout(), connection.runtime());
    LeaseId id = newName();
    OutcomeUnknownException unsure = null;
    while (true) {
      try {
        return granted(
            deadline.await(
                connection.submit(
                    LeaseGrpc.getLeaseGrantMethod(), request(id, ttl), EtcdCall.WRITE),
                "grant a lease"));
      } catch (RequestRefusedException refused) {
        if (refused.reason() != LEASE_EXISTS) {
          throw refused;
        }
        if (unsure != null) {
          return describeGranted(id, deadline, unsure);
        }
        // Chosen by somebody else before.
        id = newName();
      } catch (OutcomeUnknownException perhaps) {
        unsure = perhaps;
      } catch (StoreUnavailableException nothingDone) {
        if (unsure == null) {
          throw nothingDone;
        }
      }
      if (unsure != null && !deadline.pause(PAUSE)) {
        throw unsure;
      }
    }
  }

  private LeaseId newName() {
    return LeaseId.of(connection.runtime().random().nextLong(1, Long.MAX_VALUE));
  }

  private static LeaseGrantRequest request(LeaseId id, Duration ttl) {
    return LeaseGrantRequest.newBuilder().setID(id.value()).setTTL(ttl.toSeconds()).build();
  }

  private static LeaseInfo granted(LeaseGrantResponse answer) {
    return fresh(LeaseId.of(answer.getID()), Duration.ofSeconds(answer.getTTL()));
  }

  private static LeaseInfo fresh(LeaseId id, Duration granted) {
    return new LeaseInfo(id, granted, granted, List.of());
  }

  /** The server may have granted more than was asked for, and says so when asked again. */
  private LeaseInfo describeGranted(
      LeaseId id, EtcdDeadline deadline, OutcomeUnknownException unsure) {
    try {
      LeaseTimeToLiveResponse answer =
          deadline.await(
              connection.submit(
                  LeaseGrpc.getLeaseTimeToLiveMethod(), question(id, false), EtcdCall.LOCAL_READ),
              "describe lease " + id);
      return info(id, answer).orElseThrow(() -> unsure);
    } catch (StoreException failed) {
      if (failed != unsure) {
        unsure.addSuppressed(failed);
      }
      throw unsure;
    }
  }

  @Override
  public LeaseInfo renew(LeaseId id) {
    return fresh(id, keepAlive.renew(id));
  }

  @Override
  public Revision revoke(LeaseId id) {
    LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(id.value()).build();
    return Revision.of(
        connection.write(LeaseGrpc.getLeaseRevokeMethod(), request).getHeader().getRevision());
  }

  /** Asks the leader, whichever member passes the question on; only the header may be behind. */
  @Override
  public Optional<LeaseInfo> describe(LeaseId id) {
    return info(
        id, connection.readLocally(LeaseGrpc.getLeaseTimeToLiveMethod(), question(id, true)));
  }

  private static LeaseTimeToLiveRequest question(LeaseId id, boolean keys) {
    return LeaseTimeToLiveRequest.newBuilder().setID(id.value()).setKeys(keys).build();
  }

  private static Optional<LeaseInfo> info(LeaseId id, LeaseTimeToLiveResponse answer) {
    // What remains is -1 for a lease that is missing, but also for one that is about to end.
    if (answer.getGrantedTTL() <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new LeaseInfo(
            id,
            Duration.ofSeconds(answer.getGrantedTTL()),
            Duration.ofSeconds(Math.max(0, answer.getTTL())),
            answer.getKeysList().stream().map(EtcdCodec::key).sorted().toList()));
  }

  /** Each member lists what it has applied; so one is asked that has just caught up. */
  @Override
  public List<LeaseId> list() {
    MemberListResponse answer;
    int attempts = 0;
    long caughtUp;
    do {
      caughtUp = connection.probe().ask(this::memberThatCaughtUp);
      answer = connection.readLocally(LIST, MemberListRequest.getDefaultInstance());
      attempts++;
    } while (answer.getHeader().getMemberId() != caughtUp && attempts < CATCHING_UP);
    return answer.getMembersList().stream().map(Member::getID).map(LeaseId::of).sorted().toList();
  }

  private long memberThatCaughtUp(ByteString key) {
    RangeRequest request = RangeRequest.newBuilder().setKey(key).setCountOnly(true).build();
    return connection.read(KVGrpc.getRangeMethod(), request).getHeader().getMemberId();
  }

  /** Ends the stream of renewals; whoever waits for one is told that the store is closed. */
  void close() {
    keepAlive.close();
  }
}

package dev.plinth.service.gateway.maintenance;

import dev.plinth.service.gateway.protocol.Alarms;
import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.GatewayErrors;
import dev.plinth.service.gateway.protocol.Replies;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreStatus;
import io.etcd.jetcd.api.AlarmMember;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmResponse;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.DefragmentRequest;
import io.etcd.jetcd.api.DefragmentResponse;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.HashKVResponse;
import io.etcd.jetcd.api.HashRequest;
import io.etcd.jetcd.api.HashResponse;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.MoveLeaderResponse;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.SnapshotResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.zip.CRC32C;

/**
 * What operators ask.
 *
 * <p>Thread-safe.
 */
final class OperatorsGrpc extends MaintenanceGrpc.MaintenanceImplBase {
  /** As etcd says it of a store where nothing was compacted. */
  private static final long NEVER_COMPACTED = -1;

  private final Store store;
  private final ResponseHeaders headers;
  private final Alarms alarms;

  @Inject
  OperatorsGrpc(Store store, ResponseHeaders headers, Alarms alarms) {
    this.store = store;
    this.headers = headers;
    this.alarms = alarms;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          StoreStatus status = store.status();
          StatusResponse.Builder response =
              StatusResponse.newBuilder()
                  .setHeader(headers.at(status.revision()))
                  .setVersion(ResponseHeaders.PROTOCOL_VERSION)
                  .setDbSize(status.sizeBytes())
                  .setDbSizeInUse(status.sizeBytes())
                  .setRaftIndex(status.revision().value())
                  .setRaftAppliedIndex(status.revision().value())
                  .setRaftTerm(headers.term())
                  .addAllErrors(status.alarms());
          for (AlarmMember alarm : alarms.raised()) {
            response.addErrors("memberID:" + alarm.getMemberID() + " alarm:" + nameOf(alarm));
          }
          // The gateway answers for whoever leads the store.
          return status.leader().isPresent()
              ? response.setLeader(headers.memberId()).build()
              : response.addErrors(GatewayError.NO_LEADER.text()).build();
        });
  }

  private static String nameOf(AlarmMember alarm) {
    return alarm.getAlarmValue() == Alarms.CORRUPT ? "CORRUPT" : alarm.getAlarm().name();
  }

  @Override
  public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> reply) {
    Replies.answer(
        reply,
        () ->
            AlarmResponse.newBuilder()
                .setHeader(headers.now())
                .addAllAlarms(alarms(request))
                .build());
  }

  private List<AlarmMember> alarms(AlarmRequest request) {
    int type = request.getAlarmValue();
    return switch (request.getAction()) {
      case GET -> {
        List<AlarmMember> all = new ArrayList<>(alarms.raised());
        all.addAll(ofStore());
        all.removeIf(alarm -> type != AlarmType.NONE_VALUE && alarm.getAlarmValue() != type);
        yield all;
      }
      case ACTIVATE ->
          type == AlarmType.NOSPACE_VALUE || type == Alarms.CORRUPT
              ? List.of(alarms.raise(request.getMemberID(), type))
              : List.of();
      case DEACTIVATE -> alarms.lift(request.getMemberID(), type).stream().toList();
      case UNRECOGNIZED -> List.of();
    };
  }

  /** A store tells its alarms as texts; those that have a type are known by it. */
  private List<AlarmMember> ofStore() {
    List<AlarmMember> known = new ArrayList<>();
    for (String text : store.status().alarms()) {
      if (text.contains("NOSPACE")) {
        known.add(ofStore(AlarmType.NOSPACE_VALUE));
      } else if (text.contains("CORRUPT")) {
        known.add(ofStore(Alarms.CORRUPT));
      }
    }
    return known;
  }

  private AlarmMember ofStore(int type) {
    return AlarmMember.newBuilder().setMemberID(headers.memberId()).setAlarmValue(type).build();
  }

  /** Stores here leave no holes that would have to be closed. */
  @Override
  public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> reply) {
    Replies.answer(reply, DefragmentResponse::getDefaultInstance);
  }

  @Override
  public void hash(HashRequest request, StreamObserver<HashResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          Revision now = store.keyValues().current();
          return HashResponse.newBuilder().setHeader(headers.at(now)).setHash(hash(now)).build();
        });
  }

  @Override
  public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> reply) {
    Replies.answer(
        reply,
        () -> {
          StoreStatus status = store.status();
          Revision now = store.keyValues().current();
          Revision asked = request.getRevision() == 0 ? now : Revision.of(request.getRevision());
          if (asked.isAfter(now)) {
            throw new RequestRefusedException(RequestRefusedException.Reason.FUTURE_REVISION);
          }
          if (asked.compareTo(Revision.ZERO) < 0) {
            throw new HistoryLostException(status.compacted());
          }
          long compacted = status.compacted().value();
          return HashKVResponse.newBuilder()
              .setHeader(headers.at(now))
              .setHash(hash(asked))
              .setCompactRevision(compacted == 0 ? NEVER_COMPACTED : compacted)
              .build();
        });
  }

  /** The same for two gateways on the same data; another number than etcd's own. */
  private int hash(Revision revision) {
    CRC32C hash = new CRC32C();
    new EntryPages(store.keyValues(), revision)
        .forEach(page -> {
          for (KeyValue each : page) {
            byte[] bytes = each.toByteArray();
            hash.update(bytes, 0, bytes.length);
          }
        });
    return (int) hash.getValue();
  }

  @Override
  public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> reply) {
    PacedStream<SnapshotResponse> stream =
        new PacedStream<>((ServerCallStreamObserver<SnapshotResponse>) reply);
    Thread _ = store.runtime().start("plinth-gateway-snapshot", () -> export(stream, reply));
  }

  private void export(
      PacedStream<SnapshotResponse> stream, StreamObserver<SnapshotResponse> reply) {
    try {
      Revision now = store.keyValues().current();
      new Export(new EntryPages(store.keyValues(), now), headers.at(now), stream).run();
      reply.onCompleted();
    } catch (StoreException failed) {
      reply.onError(GatewayErrors.of(failed).exception());
    } catch (CancellationException gone) {
      // Nobody is left to be told.
    }
  }

  /** The gateway is the only member that clients know. */
  @Override
  public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> reply) {
    throw GatewayError.BAD_LEADER_TRANSFEREE.exception();
  }
}

package dev.plinth.storage.etcd;

import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.AlarmMember;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Asks a cluster how it is. */
final class EtcdStatus {
  /** Questions asked one after the other, which share the time of a call. */
  private static final int SHARES = 3;

  private final EtcdConnection connection;
  private final EtcdCompactedRevision compacted;

  EtcdStatus(EtcdConnection connection, EtcdCompactedRevision compacted) {
    this.connection = connection;
    this.compacted = compacted;
  }

  /**
   * Asks every endpoint what it knows, and one of them about the cluster. Blocks.
   *
   * @return what they know; a cluster without a leader answers too, and an alarm says so
   * @throws StoreException if no endpoint answers
   */
  StoreStatus ask() {
    connection.check();
    Map<EtcdMember, CompletableFuture<StatusResponse>> asked = new LinkedHashMap<>();
    for (EtcdMember member : connection.members()) {
      asked.put(
          member,
          ask(member, MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance()));
    }
    Map<EtcdMember, StatusResponse> answers = new LinkedHashMap<>();
    List<String> alarms = new ArrayList<>();
    Status last = Status.UNAVAILABLE;
    for (Map.Entry<EtcdMember, CompletableFuture<StatusResponse>> each : asked.entrySet()) {
      try {
        answers.put(each.getKey(), await(each.getValue()));
      } catch (StatusRuntimeException failed) {
        last = failed.getStatus();
        alarms.add("no answer from " + each.getKey().endpoint());
      }
    }
    EtcdMember member =
        answers.entrySet().stream()
            .max(Comparator.comparingLong(each -> freshness(each.getValue())))
            .map(Map.Entry::getKey)
            .orElse(connection.member());
    StatusResponse status = answers.get(member);
    if (status == null) {
      throw connection.failure(last, EtcdCall.READ, false, member);
    }
    connection.observe(status.getHeader());
    return status(member, status, alarms);
  }

  /** Who knows a leader knows more than who does not. */
  private static long freshness(StatusResponse status) {
    return status.getHeader().getRevision() + (status.getLeader() == 0 ? 0 : Long.MAX_VALUE / 2);
  }

  private StoreStatus status(EtcdMember member, StatusResponse status, List<String> alarms) {
    boolean leads = status.getLeader() != 0;
    alarms.addAll(status.getErrorsList());
    boolean agrees = leads && addAlarms(member, alarms);
    if (!leads) {
      alarms.add("no leader");
    }
    return new StoreStatus(
        EtcdStoreProvider.NAME,
        status.getVersion(),
        id(status.getHeader().getClusterId()),
        members(member, alarms),
        leads ? Optional.of(id(status.getLeader())) : Optional.empty(),
        Revision.of(status.getHeader().getRevision()),
        agrees ? compacted.ask() : Revision.ZERO,
        Optional.empty(),
        status.getDbSizeInUse() > 0 ? status.getDbSizeInUse() : status.getDbSize(),
        Optional.empty(),
        Optional.empty(),
        alarms);
  }

  private List<StoreStatus.Member> members(EtcdMember member, List<String> alarms) {
    try {
      return await(
              ask(
                  member,
                  ClusterGrpc.getMemberListMethod(),
                  MemberListRequest.getDefaultInstance()))
          .getMembersList()
          .stream()
          .map(each ->
              new StoreStatus.Member(id(each.getID()), each.getName(), each.getClientURLsList()))
          .toList();
    } catch (StatusRuntimeException notTold) {
      alarms.add("members are not known: " + EtcdFailures.describe(notTold.getStatus()));
      return List.of();
    }
  }

  /**
   * Adds what was raised; returns whether the cluster agreed on it, for which it needs a quorum.
   */
  private boolean addAlarms(EtcdMember member, List<String> alarms) {
    AlarmRequest request =
        AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.GET).build();
    try {
      for (AlarmMember alarm :
          await(ask(member, MaintenanceGrpc.getAlarmMethod(), request)).getAlarmsList()) {
        alarms.add(alarm.getAlarm().name() + " at member " + id(alarm.getMemberID()));
      }
      return true;
    } catch (StatusRuntimeException notTold) {
      alarms.add("alarms are not known: " + EtcdFailures.describe(notTold.getStatus()));
      return notTold.getStatus().getCode() == Status.Code.PERMISSION_DENIED;
    }
  }

  private <Q, R> CompletableFuture<R> ask(
      EtcdMember member, MethodDescriptor<Q, R> method, Q request) {
    return member.ask(
        method,
        request,
        connection.credentials(),
        connection.config().requestTimeout().dividedBy(SHARES));
  }

  private static <R> R await(CompletableFuture<R> answer) {
    try {
      return answer.get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof StatusRuntimeException status
          ? status
          : new IllegalStateException("a question failed in an unforeseen way", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while waiting for the store", interrupted);
    }
  }

  /** As etcdctl prints numbers of members and clusters. */
  private static String id(long number) {
    return Long.toHexString(number);
  }
}

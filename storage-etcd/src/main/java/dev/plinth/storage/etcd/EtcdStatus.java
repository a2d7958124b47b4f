package dev.plinth.storage.etcd;

import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreStatus;
import io.etcd.jetcd.api.AlarmMember;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberListResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks a cluster how it is. */
final class EtcdStatus {
  private final EtcdConnection connection;
  private final EtcdCompactedRevision compacted;

  EtcdStatus(EtcdConnection connection, EtcdCompactedRevision compacted) {
    this.connection = connection;
    this.compacted = compacted;
  }

  /**
   * Asks the member that is used at present. Blocks.
   *
   * @return what it knows; a cluster without a leader answers, and an alarm says so
   * @throws StoreException if no member answers
   */
  StoreStatus ask() {
    StatusResponse status =
        connection.readLocally(
            MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance());
    MemberListResponse list =
        connection.readLocally(
            ClusterGrpc.getMemberListMethod(), MemberListRequest.getDefaultInstance());
    List<StoreStatus.Member> members = new ArrayList<>();
    for (Member member : list.getMembersList()) {
      members.add(
          new StoreStatus.Member(id(member.getID()), member.getName(), member.getClientURLsList()));
    }
    boolean leads = status.getLeader() != 0;
    return new StoreStatus(
        EtcdStoreProvider.NAME,
        status.getVersion(),
        id(status.getHeader().getClusterId()),
        members,
        leads ? Optional.of(id(status.getLeader())) : Optional.empty(),
        Revision.of(status.getHeader().getRevision()),
        leads ? compacted.ask() : Revision.ZERO,
        Optional.empty(),
        status.getDbSizeInUse() > 0 ? status.getDbSizeInUse() : status.getDbSize(),
        Optional.empty(),
        Optional.empty(),
        alarms(status, leads));
  }

  private List<String> alarms(StatusResponse status, boolean leads) {
    List<String> alarms = new ArrayList<>(status.getErrorsList());
    if (!leads) {
      alarms.add("no leader");
      return alarms;
    }
    try {
      List<AlarmMember> raised =
          connection
              .read(
                  MaintenanceGrpc.getAlarmMethod(),
                  AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.GET).build())
              .getAlarmsList();
      for (AlarmMember alarm : raised) {
        alarms.add(alarm.getAlarm().name() + " at member " + id(alarm.getMemberID()));
      }
    } catch (StoreException notTold) {
      alarms.add("alarms are not known: " + notTold.getMessage());
    }
    return alarms;
  }

  /** As etcdctl prints numbers of members and clusters. */
  private static String id(long number) {
    return Long.toHexString(number);
  }
}

package dev.plinth.service.gateway.protocol;

import io.etcd.jetcd.api.AlarmMember;
import io.etcd.jetcd.api.AlarmType;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The alarms that clients raised through this gateway: writes that add, or all, are refused until
 * they are lifted. They live in this process alone.
 *
 * <p>Thread-safe.
 */
public final class Alarms {
  /** The number of the type that the generated classes lack. */
  public static final int CORRUPT = 2;

  private final CopyOnWriteArrayList<AlarmMember> raised = new CopyOnWriteArrayList<>();

  @Inject
  Alarms() {}

  /**
   * Raises an alarm.
   *
   * @param member whose it is
   * @param type number of its type
   * @return the alarm
   */
  public AlarmMember raise(long member, int type) {
    AlarmMember alarm = AlarmMember.newBuilder().setMemberID(member).setAlarmValue(type).build();
    raised.addIfAbsent(alarm);
    return alarm;
  }

  /**
   * Lifts an alarm.
   *
   * @param member whose it is
   * @param type number of its type
   * @return the alarm, if it was raised
   */
  public Optional<AlarmMember> lift(long member, int type) {
    AlarmMember alarm = AlarmMember.newBuilder().setMemberID(member).setAlarmValue(type).build();
    return raised.remove(alarm) ? Optional.of(alarm) : Optional.empty();
  }

  /**
   * Returns what is raised.
   *
   * @return in the order of raising
   */
  public List<AlarmMember> raised() {
    return new ArrayList<>(raised);
  }

  /**
   * Refuses any work on corrupt data.
   *
   * @throws io.grpc.StatusRuntimeException if that alarm is raised
   */
  public void refuseIfCorrupt() {
    if (isRaised(CORRUPT)) {
      throw GatewayError.CORRUPT.exception();
    }
  }

  /**
   * Refuses what adds data.
   *
   * @throws io.grpc.StatusRuntimeException if the alarm of full space, or that of corrupt data, is
   *     raised
   */
  public void refuseIfFull() {
    refuseIfCorrupt();
    if (isRaised(AlarmType.NOSPACE_VALUE)) {
      throw GatewayError.NO_SPACE.exception();
    }
  }

  private boolean isRaised(int type) {
    for (AlarmMember alarm : raised) {
      if (alarm.getAlarmValue() == type) {
        return true;
      }
    }
    return false;
  }
}

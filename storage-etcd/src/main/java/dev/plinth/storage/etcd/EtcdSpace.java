package dev.plinth.storage.etcd;

import io.etcd.jetcd.api.AlarmMember;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmResponse;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.MaintenanceGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Knows whether etcd refuses what needs room.
 *
 * <p>Etcd says "space exceeded" to a write that came after its alarm, which it did not apply, and
 * also to the writes that raised the alarm, some of which it did apply. Only if the alarm was known
 * before the write was sent is the refusal certain (G38).
 *
 * <p>Thread-safe.
 */
final class EtcdSpace {
  private static final AlarmRequest ALARMS =
      AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.GET).build();

  private final EtcdConnection connection;
  private final AtomicBoolean full = new AtomicBoolean();
  private final AtomicBoolean looking = new AtomicBoolean();

  EtcdSpace(EtcdConnection connection) {
    this.connection = connection;
  }

  /** Says whether the alarm was seen, and not seen gone since. */
  boolean isKnownFull() {
    return full.get();
  }

  /** Asks for the alarm. Returns at once. */
  void look() {
    if (looking.compareAndSet(false, true)) {
      CompletableFuture<AlarmResponse> unused =
          connection
              .submit(MaintenanceGrpc.getAlarmMethod(), ALARMS, EtcdCall.READ)
              .whenComplete(this::looked);
    }
  }

  private void looked(AlarmResponse answer, Throwable failure) {
    looking.set(false);
    if (failure == null) {
      full.set(
          answer.getAlarmsList().stream()
              .map(AlarmMember::getAlarm)
              .anyMatch(AlarmType.NOSPACE::equals));
    }
  }
}

package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastException;
import dev.plinth.spi.Measurement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * What this member knows of itself and of the others without asking them, so that looking at it
 * costs nothing and works when nothing else does.
 *
 * <p>Thread-safe; never blocks.
 */
final class HazelcastMeasurements {
  private final HazelcastMember member;
  private final HazelcastConfig config;

  HazelcastMeasurements(HazelcastMember member, HazelcastConfig config) {
    this.member = member;
    this.config = config;
  }

  /** Returns always the same names; a member that does not run knows only how it is configured. */
  List<Measurement> take() {
    Optional<HazelcastState> copy = copy();
    return List.of(
        new Measurement(
            "owner",
            "1 on the member that owns the data, as it sees it itself, else 0",
            known(() -> member.isOwner() ? 1 : 0)),
        new Measurement(
            "index",
            "Steps that made this member's copy of the data; equal on copies that are in sync",
            copy.map(HazelcastState::index).map(OptionalLong::of).orElseGet(OptionalLong::empty)),
        new Measurement(
            "backups-live",
            "Copies beside the owner's that are at members which live",
            known(member::liveBackups)),
        new Measurement(
            "backups-configured",
            "Copies beside the owner's when all members are there",
            OptionalLong.of(Math.min(config.backupCount(), config.clusterSize() - 1))),
        new Measurement(
            "state-bytes",
            "Keys and values of data and history in this member's copy",
            copy.map(state -> OptionalLong.of(state.keyspace().sizeBytes()))
                .orElseGet(OptionalLong::empty)),
        new Measurement(
            "state-budget-bytes",
            "What data and history may take",
            OptionalLong.of(config.stateBudgetBytes())),
        new Measurement(
            "members", "Members of the cluster, as this one sees it", known(member::members)),
        new Measurement(
            "members-minimum",
            "Members without which nothing is served",
            OptionalLong.of(config.minimumMembers())),
        new Measurement(
            "members-configured",
            "Members when all are well",
            OptionalLong.of(config.clusterSize())),
        new Measurement(
            "last-migration-timestamp-seconds",
            "When a copy of the data last moved to another member, since this one started",
            member
                .lastMigration()
                .map(Instant::getEpochSecond)
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty)),
        new Measurement(
            "alarms",
            "How many things an operator must look at; the status names them",
            known(() -> member.alarms().size())));
  }

  private Optional<HazelcastState> copy() {
    try {
      return member.copy();
    } catch (HazelcastException | IllegalStateException stopped) {
      return Optional.empty();
    }
  }

  /** A member that stops may refuse any question about it. */
  private static OptionalLong known(LongSupplier question) {
    try {
      return OptionalLong.of(question.getAsLong());
    } catch (HazelcastException | IllegalStateException stopped) {
      return OptionalLong.empty();
    }
  }
}

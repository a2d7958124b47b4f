package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Says how the store is, as the owner of the keyspace and the cluster see it. */
final class HazelcastStatus {
  /** What the provider is called. */
  static final String NAME = "hazelcast";

  private final HazelcastLines lines;

  HazelcastStatus(HazelcastLines lines) {
    this.lines = lines;
  }

  StoreStatus ask() {
    Cluster cluster = lines.link().instance().getCluster();
    Answer.Condition condition = (Answer.Condition) lines.answer(new Request.Status());
    Revision compacted = condition.compacted();
    return new StoreStatus(
        NAME,
        cluster.getLocalMember().getVersion().toString(),
        lines.link().incarnation().map(UUID::toString).orElse(""),
        members(cluster),
        lines.link().owner().map(member -> member.getUuid().toString()),
        condition.revision(),
        compacted,
        Optional.of(condition.keys()),
        condition.sizeBytes(),
        Optional.of(condition.historyRevisions()),
        Optional.of(condition.digest()),
        List.of());
  }

  private static List<StoreStatus.Member> members(Cluster cluster) {
    List<StoreStatus.Member> members = new ArrayList<>();
    for (Member member : cluster.getMembers()) {
      members.add(
          new StoreStatus.Member(
              member.getUuid().toString(), member.getAddress().toString(), List.of()));
    }
    return members;
  }
}

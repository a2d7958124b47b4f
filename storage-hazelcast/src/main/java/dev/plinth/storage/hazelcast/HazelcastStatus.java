package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
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
  private final HazelcastInstance instance;

  HazelcastStatus(HazelcastLines lines, HazelcastInstance instance) {
    this.lines = lines;
    this.instance = instance;
  }

  StoreStatus ask() {
    Answer.Condition condition = (Answer.Condition) lines.answer(new Request.Status());
    Revision compacted = condition.compacted();
    return new StoreStatus(
        NAME,
        instance.getCluster().getLocalMember().getVersion().toString(),
        lines.link().incarnation().map(UUID::toString).orElse(""),
        members(),
        leader(),
        condition.revision(),
        compacted,
        Optional.of(condition.keys()),
        condition.sizeBytes(),
        Optional.of(condition.historyRevisions()),
        Optional.of(condition.digest()),
        List.of());
  }

  private List<StoreStatus.Member> members() {
    List<StoreStatus.Member> members = new ArrayList<>();
    for (Member member : instance.getCluster().getMembers()) {
      members.add(
          new StoreStatus.Member(
              member.getUuid().toString(), member.getAddress().toString(), List.of()));
    }
    return members;
  }

  private Optional<String> leader() {
    Member owner = instance.getPartitionService().getPartition(lines.link().keyspace()).getOwner();
    return Optional.ofNullable(owner).map(member -> member.getUuid().toString());
  }
}

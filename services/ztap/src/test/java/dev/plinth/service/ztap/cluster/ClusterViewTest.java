package dev.plinth.service.ztap.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Revision;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ClusterViewTest {
  private final VirtualRuntime runtime = new VirtualRuntime();
  private final ClusterView view = new ClusterView("me", ClusterTiming.LOW_LATENCY, runtime);

  @Test
  void aNodeThatCameBackBetweenTwoListingsLeftAndJoined() {
    seen("a", 5, 5);
    seen("a", 9, 9);
    view.nodesListed(Set.of("a"));
    assertThat(types()).containsExactly("node_joined", "node_left", "node_joined");
  }

  @Test
  void anOlderVersionChangesNothing() {
    seen("a", 5, 8);
    runtime.advance(Duration.ofSeconds(5));
    seen("a", 5, 7);
    assertThat(states()).containsExactly("a suspect");
    seen("a", 5, 9);
    assertThat(states()).containsExactly("a healthy");
  }

  @Test
  void whatAListingDoesNotShowIsGone() {
    seen("a", 5, 5);
    seen("b", 6, 6);
    view.declared(new DeclaredMember("c", "c:1", runtime.now(), Map.of()));
    view.nodesListed(Set.of("b"));
    view.membersListed(Set.of());
    assertThat(states()).containsExactly("a gone", "b healthy");
    assertThat(view.isSynced()).isTrue();
    assertThat(view.aliveCount()).isEqualTo(1);
  }

  @Test
  void aNodeThatIsCutOffDoesNotCallTheOthersDead() {
    seen("a", 5, 5);
    seen("me", 6, 6);
    runtime.advance(Duration.ofMinutes(5));
    assertThat(states()).containsExactly("a healthy", "me unhealthy");
    // Its own heartbeat came back, so the silence of the other one counts again.
    seen("me", 6, 7);
    assertThat(states()).containsExactly("a unhealthy", "me healthy");
  }

  @Test
  void silenceIsAnnouncedOncePerStateAndHealedByTheNextHeartbeat() {
    seen("a", 5, 5);
    runtime.advance(Duration.ofSeconds(5));
    view.evaluate();
    view.evaluate();
    runtime.advance(Duration.ofSeconds(1));
    view.evaluate();
    seen("a", 5, 6);
    view.evaluate();
    assertThat(types())
        .containsExactly("node_joined", "node_unwell", "node_unwell", "node_healthy");
  }

  @Test
  void goneNodesAreForgottenAfterAnHour() {
    seen("a", 5, 5);
    view.ended("a");
    runtime.advance(Duration.ofMinutes(59));
    view.evaluate();
    assertThat(states()).containsExactly("a gone");
    runtime.advance(Duration.ofMinutes(2));
    view.evaluate();
    assertThat(states()).isEmpty();
  }

  @Test
  void aVacancyIsAValue() {
    view.leader(Optional.of(new LeaderRecord("a", "a:1", "i", 5, runtime.now())));
    assertThat(view.leaderEndedNanos()).isEmpty();
    runtime.advance(Duration.ofSeconds(3));
    view.leader(Optional.empty());
    assertThat(view.leader()).isEmpty();
    assertThat(view.leaderEndedNanos()).hasValue(Duration.ofSeconds(3).toNanos());
    view.leader(Optional.of(new LeaderRecord("b", "b:1", "j", 6, runtime.now())));
    assertThat(types()).containsExactly("leader_elected", "leader_lost", "leader_elected");
  }

  private void seen(String id, long created, long modified) {
    Instant now = runtime.now();
    view.seen(
        new NodeRecord(
            id,
            id + ":1",
            false,
            NodeRole.FOLLOWER,
            now,
            now,
            now,
            id + created,
            Duration.ofSeconds(2),
            Map.of()),
        Revision.of(created),
        Revision.of(modified));
  }

  private List<String> states() {
    return view.nodes().stream().map(node -> node.id() + " " + node.state().word()).toList();
  }

  private List<String> types() {
    return view.events().stream().map(event -> event.type().word()).toList();
  }
}

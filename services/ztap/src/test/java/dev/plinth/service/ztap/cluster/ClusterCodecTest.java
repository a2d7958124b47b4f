package dev.plinth.service.ztap.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClusterCodecTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final NodeRecord NODE =
      new NodeRecord(
          "node1",
          "10.0.1.1:9090",
          false,
          NodeRole.FOLLOWER,
          NOW,
          NOW.plusSeconds(5),
          NOW.minusSeconds(1),
          "c0ffee",
          Duration.ofSeconds(5),
          Map.of("zone", "a"));

  private final ClusterCodec codec = new ClusterCodec();

  @Test
  void whatIsWrittenIsReadBack() throws UnreadableRecordException {
    assertThat(codec.decodeNode(codec.encode(NODE))).isEqualTo(NODE);
    DeclaredMember member = new DeclaredMember("node2", "b:1", NOW, Map.of());
    assertThat(codec.decodeMember(codec.encode(member))).isEqualTo(member);
    LeaderRecord leader = new LeaderRecord("node1", "a:1", "c0ffee", 42, NOW);
    assertThat(codec.decodeLeader(codec.encode(leader))).isEqualTo(leader);
    ClusterId cluster = new ClusterId("green", NOW, "node1");
    assertThat(codec.decodeClusterId(codec.encode(cluster))).isEqualTo(cluster);
  }

  @Test
  void aNodeIsStoredInTheFormThatItsReadersKnow() {
    assertThat(codec.encode(NODE).utf8())
        .isEqualTo(
            "{\"id\":\"node1\",\"address\":\"10.0.1.1:9090\",\"state\":\"healthy\","
                + "\"role\":\"follower\",\"joined_at\":\"2026-03-01T10:00:00Z\","
                + "\"last_seen\":\"2026-03-01T10:00:05Z\",\"started_at\":\"2026-03-01T09:59:59Z\","
                + "\"incarnation\":\"c0ffee\",\"heartbeat_interval\":\"PT5S\","
                + "\"metadata\":{\"zone\":\"a\"}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "7", "[]", "{}", "{\"id\":1}"})
  void whatCannotBeReadIsNamed(String stored) {
    assertThatThrownBy(() -> codec.decodeNode(Bytes.utf8(stored)))
        .isInstanceOf(UnreadableRecordException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT25H", "PT99999999999H", "soon"})
  void anIntervalThatCannotBeMeantIsRefused(String interval) {
    String stored = codec.encode(NODE).utf8().replace("PT5S", interval);
    assertThatThrownBy(() -> codec.decodeNode(Bytes.utf8(stored)))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessageContaining("heartbeat_interval");
  }

  @Test
  void fieldsThatAreNotKnownAreNoProblem() throws UnreadableRecordException {
    String stored = codec.encode(NODE).utf8().replace("{\"id\"", "{\"later\":[1],\"id\"");
    assertThat(codec.decodeNode(Bytes.utf8(stored))).isEqualTo(NODE);
  }
}

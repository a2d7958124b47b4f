package dev.plinth.service.ztap.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NodeNamesTest {

  @ParameterizedTest
  @ValueSource(strings = {"node1", "db.example.org:9090", "A_b-c.1"})
  void goodIdsPass(String id) {
    assertThat(NodeNames.isId(id)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "a b", "ä", "a\n", "%"})
  void badIdsDoNot(String id) {
    assertThat(NodeNames.isId(id)).isFalse();
    assertThat(NodeNames.isId("x".repeat(129))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.1.1:9090", "localhost:1", "[::1]:65535"})
  void goodAddressesPass(String address) {
    assertThat(NodeNames.isAddress(address)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host", "host:", ":1", "host:0", "host:65536", "host:1x", "a b:1"})
  void badAddressesDoNot(String address) {
    assertThat(NodeNames.isAddress(address)).isFalse();
  }
}

package dev.plinth.service.registry.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TextsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "u1",
        "a/b",
        "a%2Fb",
        "..",
        " ",
        "user@example.org",
        "42",
        "名前",
        "\uD83D\uDE80",
        "a|b",
        "%"
      })
  void almostAnyTextIsAName(String text) {
    assertThat(new UserId(text).value()).isEqualTo(text);
    assertThat(new DeviceId(text).value()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "\u0000", "a\u007f", "a\u0085", "\uD83D", "a\uDE80b"})
  void noNameIsEmptyOrBrokenOrHasControlCharacters(String text) {
    assertThat(UserId.violation(text)).isPresent();
    assertThat(DeviceId.violation(text)).isPresent();
    assertThatIllegalArgumentException().isThrownBy(() -> new UserId(text));
  }

  @Test
  void theLimitCountsBytesOfUtf8() {
    assertThat(UserId.violation("é".repeat(128))).isEmpty();
    assertThat(UserId.violation("é".repeat(128) + "e"))
        .hasValueSatisfying(text -> assertThat(text).contains("256 bytes").endsWith("is 257"));
    assertThat(UserId.violation("\uD83D\uDE80".repeat(64))).isEmpty();
    assertThat(UserId.violation("名".repeat(86))).isPresent();
  }

  @Test
  void aGatewayHasNoPipe() {
    assertThat(GatewayId.violation("gateway-1.cluster.local:8080")).isEmpty();
    assertThat(GatewayId.violation("gw|1")).contains("must not contain '|'");
    assertThatIllegalArgumentException().isThrownBy(() -> new GatewayId("a|b"));
  }

  @Test
  void aConnectionIsNeverPrinted() {
    assertThat(new ConnectionId("c-1")).hasToString("***");
    assertThat(ConnectionId.violation("c 1")).isPresent();
    assertThat(ConnectionId.violation("c".repeat(129))).isPresent();
  }
}

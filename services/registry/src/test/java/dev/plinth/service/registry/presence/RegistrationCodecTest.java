package dev.plinth.service.registry.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plinth.spi.Bytes;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RegistrationCodecTest {
  private static final Registration FULL =
      new Registration(
          new GatewayId("gateway-1.cluster.local:8080"),
          Optional.of(Instant.ofEpochSecond(1_700_000_000)),
          Optional.of(new ConnectionId("c-1")),
          new Metadata(Map.of("platform", "ios", "note", "a|b")));

  private final RegistrationCodec codec = new RegistrationCodec();

  @Test
  void theStoredFormIsFixed() {
    assertThat(codec.encode(FULL).utf8())
        .isEqualTo(
            "gateway-1.cluster.local:8080|1700000000|{\"version\":1,\"connection_id\":\"c-1\","
                + "\"metadata\":{\"note\":\"a|b\",\"platform\":\"ios\"}}");
  }

  @Test
  void whatIsWrittenIsReadBack() {
    assertThat(codec.decode(codec.encode(FULL))).isEqualTo(new Device.Decoded(FULL));
  }

  @Test
  void aReaderThatTakesTwoPartsFindsGatewayAndTime() {
    String[] parts = codec.encode(FULL).utf8().split("\\|");
    assertThat(parts[0]).isEqualTo("gateway-1.cluster.local:8080");
    assertThat(Long.parseLong(parts[1])).isEqualTo(1_700_000_000);
  }

  @Test
  void aValueOfTwoPartsIsReadWithoutAConnection() {
    assertThat(codec.decode(Bytes.utf8("gw1|1700000000")))
        .isEqualTo(new Device.Decoded(plain("gw1", Optional.of(1_700_000_000L))));
  }

  @Test
  void aValueWithoutAPipeIsAGatewayOfUnknownTime() {
    assertThat(codec.decode(Bytes.utf8("gateway-1.cluster.local:8080")))
        .isEqualTo(new Device.Decoded(plain("gateway-1.cluster.local:8080", Optional.empty())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "json", "{", "[]", "{\"connection_id\":7}", "{\"connection_id\":\"a b\"}"})
  void additionsOfOthersDoNotHideTheGateway(String additions) {
    assertThat(codec.decode(Bytes.utf8("gw1|17|" + additions)))
        .isEqualTo(new Device.Decoded(plain("gw1", Optional.of(17L))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "|17", "gw1|", "gw1|now", "gw1|-1", "gw1|999999999999", "g\u0007|1"})
  void aValueThatMeansNothingIsUnreadableAndNotRepeated(String value) {
    assertThat(codec.decode(Bytes.utf8(value))).isInstanceOf(Device.Unreadable.class);
  }

  @Test
  void bytesThatAreNoTextAreUnreadable() {
    assertThat(codec.decode(Bytes.of((byte) 0xff, (byte) '|', (byte) '1')))
        .isEqualTo(new Device.Unreadable("is not UTF-8"));
  }

  @Test
  void additionsOfALaterVersionSurviveAnUpdate() {
    Bytes later =
        Bytes.utf8("gw1|17|{\"version\":2,\"connection_id\":\"c-1\",\"shard\":{\"n\":4}}");
    assertThat(codec.encode(FULL, later).utf8()).contains("\"shard\":{\"n\":4}");
    assertThat(codec.decode(codec.encode(FULL, later))).isEqualTo(new Device.Decoded(FULL));
  }

  @Test
  void aRegistrationWithoutATimeIsNotWritten() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.encode(plain("gw1", Optional.empty())));
  }

  private static Registration plain(String gateway, Optional<Long> seconds) {
    return new Registration(
        new GatewayId(gateway),
        seconds.map(Instant::ofEpochSecond),
        Optional.empty(),
        Metadata.NONE);
  }
}

package dev.plinth.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

final class SettingsTest {
  private static Settings of(String key, Object value) {
    return Settings.of(Map.of(key, value));
  }

  private static Settings written(String key, String text) {
    return Settings.of(
        "store.memory",
        new Settings.Section(
            Map.of(key, new Settings.Scalar(text, "plinth.yaml:7")), "plinth.yaml:6"));
  }

  @Test
  void durationsCarryAUnit() {
    assertDuration("500ms", Duration.ofMillis(500));
    assertDuration("3s", Duration.ofSeconds(3));
    assertDuration(" 3 s ", Duration.ofSeconds(3));
    assertDuration("5m", Duration.ofMinutes(5));
    assertDuration("1h", Duration.ofHours(1));
    assertDuration("7d", Duration.ofDays(7));
    assertDuration("0s", Duration.ZERO);
    assertDuration("PT1M30S", Duration.ofSeconds(90));
    assertDuration("P1D", Duration.ofDays(1));
  }

  private static void assertDuration(String text, Duration expected) {
    assertThat(of("ttl", text).duration("ttl", Duration.ofSeconds(99)))
        .as(text)
        .isEqualTo(expected);
  }

  @Test
  void whatIsNoDurationIsRefused() {
    for (String text :
        List.of(
            "3",
            "s",
            "",
            "-3s",
            "1.5s",
            "3 sec",
            "PT-1S",
            "P",
            "99999999999999999999s",
            "9223372036854775807d")) {
      assertThatThrownBy(() -> written("ttl", text).duration("ttl", Duration.ZERO))
          .as(text)
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("store.memory.ttl")
          .hasMessageContaining("plinth.yaml:7")
          .hasMessageContaining("'" + text + "'");
    }
  }

  @Test
  void sizesMayCarryAUnit() {
    assertThat(of("size", "512").bytes("size", 1)).isEqualTo(512);
    assertThat(of("size", "512B").bytes("size", 1)).isEqualTo(512);
    assertThat(of("size", "512KiB").bytes("size", 1)).isEqualTo(512 * 1024);
    assertThat(of("size", "1.5MiB").bytes("size", 1)).isEqualTo(1_572_864);
    assertThat(of("size", "2 GiB").bytes("size", 1)).isEqualTo(2L << 30);
    assertThat(Settings.empty().bytes("size", 7)).isEqualTo(7);
    for (String text : List.of("", "-1", "1KB", "1kib", "KiB", "1,5MiB")) {
      assertThatThrownBy(() -> of("size", text).bytes("size", 1))
          .as(text)
          .isInstanceOf(SettingsException.class);
    }
  }

  @Test
  void numbersAreCheckedAgainstTheirRange() {
    assertThat(of("n", 5).integer("n", 1, 0, 10)).isEqualTo(5);
    assertThat(of("n", "10").integer("n", 1, 0, 10)).isEqualTo(10);
    assertThat(Settings.empty().integer("n", 1, 0, 10)).isEqualTo(1);
    assertThatThrownBy(() -> of("n", 11).integer("n", 1, 0, 10))
        .hasMessageContaining("between 0 and 10");
    assertThatThrownBy(() -> of("n", "ten").integer("n", 1, 0, 10))
        .hasMessageContaining("whole number");
    assertThatThrownBy(() -> of("n", "1.0").number("n", 1, 0, 10))
        .isInstanceOf(SettingsException.class);
  }

  @Test
  void flagsAreTrueOrFalse() {
    assertThat(of("on", true).flag("on", false)).isTrue();
    assertThat(of("on", "false").flag("on", true)).isFalse();
    assertThat(Settings.empty().flag("on", true)).isTrue();
    assertThatThrownBy(() -> of("on", "yes").flag("on", true)).hasMessageContaining("'yes'");
  }

  @Test
  void wordsAreOneOfAFew() {
    assertThat(of("format", "json").oneOf("format", "text", "text", "json")).isEqualTo("json");
    assertThat(Settings.empty().oneOf("format", "text", "text", "json")).isEqualTo("text");
    assertThatThrownBy(() -> of("format", "xml").oneOf("format", "text", "text", "json"))
        .hasMessageContaining("text, json");
  }

  @Test
  void listsAreWrittenAsListsOrWithCommas() {
    assertThat(of("hosts", List.of("a", "b")).strings("hosts", List.of()))
        .containsExactly("a", "b");
    assertThat(of("hosts", " a, b ,,").strings("hosts", List.of())).containsExactly("a", "b");
    assertThat(Settings.empty().strings("hosts", List.of("c"))).containsExactly("c");
    assertThatThrownBy(() -> of("hosts", Map.of("a", 1)).strings("hosts", List.of()))
        .isInstanceOf(SettingsException.class);
  }

  @Test
  void anUnknownKeyIsNamedWithItsPlaceAndTheNearestOne() {
    assertThatThrownBy(
            () -> written("histroy-age", "1h").allowOnly("history-age", "max-operations"))
        .hasMessageContaining("store.memory.histroy-age")
        .hasMessageContaining("plinth.yaml:7")
        .hasMessageContaining("did you mean 'history-age'?")
        .asInstanceOf(InstanceOfAssertFactories.type(SettingsException.class))
        .satisfies(e -> {
          assertThat(e.key()).isEqualTo("store.memory.histroy-age");
          assertThat(e.known()).containsExactly("history-age", "max-operations");
        });
    assertThatThrownBy(() -> written("colour", "red").allowOnly("history-age"))
        .hasMessageNotContaining("did you mean");
    written("history-age", "1h").allowOnly("history-age");
  }

  @Test
  void theNearestKeyIsFoundInAnotherSpelling() {
    List<String> known = List.of("request-timeout", "dial-timeout", "port");
    assertThat(Settings.nearest("request_timeout", known)).contains("request-timeout");
    assertThat(Settings.nearest("RequestTimeout", known)).contains("request-timeout");
    assertThat(Settings.nearest("prot", known)).contains("port");
    assertThat(Settings.nearest("dail-timeout", known)).contains("dial-timeout");
    assertThat(Settings.nearest("something-else", known)).isEmpty();
    assertThat(Settings.nearest("anything", List.of())).isEmpty();
  }

  @Test
  void sectionsKnowTheirFullKey() {
    Settings settings = Settings.of(Map.of("store", Map.of("memory", Map.of("ttl", "x"))));
    Settings memory = settings.section("store").section("memory");
    assertThat(memory.path()).isEqualTo("store.memory");
    assertThat(memory.keys()).containsExactly("ttl");
    assertThat(memory.has("ttl")).isTrue();
    assertThatThrownBy(() -> memory.duration("ttl", Duration.ZERO))
        .hasMessageContaining("store.memory.ttl");
    assertThat(settings.section("other").keys()).isEmpty();
    assertThatThrownBy(() -> memory.section("ttl")).hasMessageContaining("section");
    assertThatThrownBy(() -> settings.string("store")).hasMessageContaining("single value");
  }

  @Test
  void aTextWithoutDefaultMustBeWritten() {
    assertThatThrownBy(() -> Settings.empty().string("name"))
        .hasMessageContaining("name: a value is needed");
    assertThat(of("name", "x").string("name")).isEqualTo("x");
    assertThat(Settings.empty().string("name", "y")).isEqualTo("y");
    assertThat(Settings.empty().optionalString("name")).isEmpty();
  }

  @Test
  void secretsAreNeverPrinted() {
    Settings settings = of("password", "hunter2");
    Secret secret = settings.secret("password").orElseThrow();
    assertThat(secret).hasToString("***").isEqualTo(Secret.of("hunter2"));
    assertThat(secret.reveal()).isEqualTo("hunter2");
    assertThat(settings.toString()).contains("password").doesNotContain("hunter2");
  }
}

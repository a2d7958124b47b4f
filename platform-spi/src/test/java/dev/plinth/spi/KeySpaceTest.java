package dev.plinth.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class KeySpaceTest {
  private static final KeySpace KEYS = KeySpace.of("/app");

  @Test
  void aKeyIsItsSegmentsBehindTheRoot() {
    assertThat(KEYS.key("jobs", "42")).isEqualTo(Key.utf8("/app/jobs/42"));
    assertThat(KEYS.child("jobs").key("42")).isEqualTo(Key.utf8("/app/jobs/42"));
    assertThat(KeySpace.of("").key("a")).isEqualTo(Key.utf8("/a"));
    assertThat(KeySpace.of("/")).isEqualTo(KeySpace.of(""));
    assertThat(KeySpace.of("app/")).isEqualTo(KEYS).hasSameHashCodeAs(KEYS);
    assertThat(KEYS.root()).isEqualTo("/app");
  }

  @Test
  void delimitersInsideASegmentAreEscaped() {
    assertThat(KEYS.key("a/b")).isEqualTo(Key.utf8("/app/a%2Fb"));
    assertThat(KEYS.key("50%")).isEqualTo(Key.utf8("/app/50%25"));
    assertThat(KEYS.key("\u0000\u007f\n")).isEqualTo(Key.utf8("/app/%00%7F%0A"));
  }

  @Test
  void whatIsWrittenIsParsedBack() {
    long seed = 8128;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      List<String> segments = randomSegments(random);
      Key key = KEYS.key(segments.toArray(String[]::new));
      assertThat(KEYS.parse(key)).as("seed %s: %s", seed, key).contains(segments);
    }
  }

  @Test
  void differentSegmentsNeverShareAKey() {
    long seed = 496;
    Random random = new Random(seed);
    Map<Key, List<String>> written = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      List<String> segments = randomSegments(random);
      List<String> before = written.put(KEYS.key(segments.toArray(String[]::new)), segments);
      assertThat(before == null || before.equals(segments))
          .as("seed %s: %s", seed, segments)
          .isTrue();
    }
  }

  @Test
  void whatParsesIsWhatWouldBeWritten() {
    long seed = 28;
    Random random = new Random(seed);
    int parsed = 0;
    for (int i = 0; i < 50_000; i++) {
      Key key = Key.utf8("/app/" + randomText(random, "/%aF2\u0001", random.nextInt(8)));
      if (KEYS.parse(key).isPresent()) {
        parsed++;
        assertThat(KEYS.key(KEYS.parse(key).get().toArray(String[]::new)))
            .as("seed %s", seed)
            .isEqualTo(key);
      }
    }
    assertThat(parsed).isBetween(1_000, 49_000);
  }

  private static List<String> randomSegments(Random random) {
    List<String> segments = new ArrayList<>();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      segments.add(randomText(random, "/%a2F \u0000\u001f\u007f\u0080ü€", 1 + random.nextInt(4)));
    }
    return segments;
  }

  private static String randomText(Random random, String alphabet, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  @Test
  void foreignKeysAreRefused() {
    for (String foreign :
        List.of(
            "/app",
            "/app/",
            "/app/a/",
            "/app//a",
            "/apple/a",
            "app/a",
            "/other/a",
            "/app/%2",
            "/app/%",
            "/app/%zz",
            "/app/%2f",
            "/app/%41",
            "/app/a\u0001b",
            "/app/%2F\u0001")) {
      assertThat(KEYS.parse(Key.utf8(foreign))).as(foreign).isEmpty();
    }
    assertThat(KEYS.parse(Key.of((byte) '/', (byte) 0xff))).isEmpty();
  }

  @Test
  void halfCharactersAreRefusedBecauseTheyWouldShareAKey() {
    assertThatThrownBy(() -> KEYS.key("\ud83d")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KEYS.key("a\ude00b")).isInstanceOf(IllegalArgumentException.class);
    assertThat(KEYS.parse(KEYS.key("\ud83d\ude00"))).contains(List.of("\ud83d\ude00"));
  }

  @Test
  void childrenOfAPrefixAreNotThoseOfALongerName() {
    assertThat(KEYS.below("a").contains(KEYS.key("a", "x"))).isTrue();
    assertThat(KEYS.below("a").contains(KEYS.key("ab", "x"))).isFalse();
    assertThat(KEYS.below("a").contains(KEYS.key("a"))).isFalse();
    assertThat(KEYS.below().contains(KEYS.key("a"))).isTrue();
    assertThat(KEYS.below("a").contains(KEYS.key("a/b", "x"))).isFalse();
  }

  @Test
  void emptySegmentsAreRefused() {
    assertThatThrownBy(() -> KEYS.key("a", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/app/a");
    assertThatThrownBy(() -> KEYS.child("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KEYS.below("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(KEYS::key).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void orderedNumbersSortAsTheyCount() {
    Random random = new Random(6);
    for (int i = 0; i < 1_000; i++) {
      long a = random.nextLong() >>> (1 + random.nextInt(63));
      long b = random.nextLong() >>> (1 + random.nextInt(63));
      assertThat(
              Integer.signum(
                  KEYS.key(KeySpace.ordered(a)).compareTo(KEYS.key(KeySpace.ordered(b)))))
          .isEqualTo(Long.compare(a, b));
    }
    assertThat(KeySpace.ordered(Long.MAX_VALUE)).hasSize(20).isEqualTo("09223372036854775807");
    assertThatThrownBy(() -> KeySpace.ordered(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}

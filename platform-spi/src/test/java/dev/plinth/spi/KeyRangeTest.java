package dev.plinth.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class KeyRangeTest {
  private static Key key(int... content) {
    byte[] bytes = new byte[content.length];
    for (int i = 0; i < content.length; i++) {
      bytes[i] = (byte) content[i];
    }
    return Key.of(bytes);
  }

  @Test
  void theEndOfAPrefixIsItsNextSibling() {
    assertThat(KeyRange.prefix(Key.utf8("a")).end()).contains(Key.utf8("b"));
    assertThat(KeyRange.prefix(key('a', 0xff)).end()).contains(Key.utf8("b"));
    assertThat(KeyRange.prefix(key('a', 0xff, 0xff)).end()).contains(Key.utf8("b"));
    assertThat(KeyRange.prefix(key('a', 0xfe)).end()).contains(key('a', 0xff));
    assertThat(KeyRange.prefix(key(0xff, 'a')).end()).contains(key(0xff, 'b'));
  }

  @Test
  void aPrefixOfHighestBytesHasNoEnd() {
    assertThat(KeyRange.prefix(key(0xff))).isEqualTo(KeyRange.from(key(0xff)));
    assertThat(KeyRange.prefix(key(0xff, 0xff)).end()).isEmpty();
    assertThat(KeyRange.prefix(key(0xff, 0xff)).contains(key(0xff, 0xff, 0))).isTrue();
    assertThat(KeyRange.prefix(key(0xff, 0xff)).contains(key(0xff, 0xfe))).isFalse();
  }

  @Test
  void theEmptyPrefixIsEverything() {
    assertThat(KeyRange.prefix(Key.of())).isEqualTo(KeyRange.all());
    assertThat(KeyRange.all().contains(key(0))).isTrue();
    assertThat(KeyRange.all().contains(key(0xff, 0xff))).isTrue();
    assertThat(KeyRange.all().end()).isEmpty();
  }

  @Test
  void aPrefixHoldsExactlyTheKeysThatBeginWithIt() {
    long seed = 20260;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      Key prefix = randomKey(random, 1 + random.nextInt(3));
      Key key = randomKey(random, random.nextInt(5));
      assertThat(KeyRange.prefix(prefix).contains(key))
          .as("seed %s: %s in prefix %s", seed, key, prefix)
          .isEqualTo(key.startsWith(prefix));
    }
  }

  /** Few different bytes, so that prefixes do match and the highest byte is frequent. */
  private static Key randomKey(Random random, int size) {
    int[] alphabet = {0, 'a', 0xfe, 0xff};
    int[] content = random.ints(size, 0, alphabet.length).map(i -> alphabet[i]).toArray();
    return key(content);
  }

  @Test
  void aSingleKeyIsAllThereIs() {
    KeyRange range = KeyRange.single(Key.utf8("a"));
    assertThat(range.isSingle()).isTrue();
    assertThat(range.contains(Key.utf8("a"))).isTrue();
    assertThat(range.contains(Key.utf8("a").next())).isFalse();
    assertThat(range.end()).isEqualTo(Optional.of(Key.utf8("a").next()));
    assertThat(range.isEmpty()).isFalse();
  }

  @Test
  void theEndIsExcluded() {
    KeyRange range = KeyRange.between(Key.utf8("a"), Key.utf8("c"));
    assertThat(range.contains(Key.utf8("a"))).isTrue();
    assertThat(range.contains(Key.utf8("bzz"))).isTrue();
    assertThat(range.contains(Key.utf8("c"))).isFalse();
  }

  @Test
  void aRangeWhoseEndIsNotAboveItsStartIsEmpty() {
    assertThat(KeyRange.between(Key.utf8("b"), Key.utf8("b")).isEmpty()).isTrue();
    assertThat(KeyRange.between(Key.utf8("b"), Key.utf8("a")).isEmpty()).isTrue();
    assertThat(KeyRange.between(Key.utf8("b"), Key.utf8("a")).contains(Key.utf8("b"))).isFalse();
    assertThat(KeyRange.between(Key.utf8("a"), Key.utf8("a").next()).isEmpty()).isFalse();
  }

  @Test
  void rangesAreShownAsTheyAreWritten() {
    assertThat(KeyRange.single(Key.utf8("a"))).hasToString("a");
    assertThat(KeyRange.from(Key.utf8("a"))).hasToString("[a, ...)");
    assertThat(KeyRange.prefix(Key.utf8("a/"))).hasToString("[a/, a0)");
  }
}

package dev.plinth.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class KeyTest {
  @Test
  void everyByteMakesTheRoundTrip() {
    for (int i = 0; i < 256; i++) {
      Key key = Key.of((byte) i);
      assertThat(key.at(0)).isEqualTo((byte) i);
      assertThat(Key.of(key.toBytes())).isEqualTo(key);
      assertThat(Key.of(key.toArray())).isEqualTo(key).hasSameHashCodeAs(key);
    }
  }

  @Test
  void orderIsOfUnsignedBytes() {
    List<Key> ascending = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      ascending.add(Key.of((byte) i));
      ascending.add(Key.of((byte) i, (byte) 0));
      ascending.add(Key.of((byte) i, (byte) 0xff));
    }
    List<Key> sorted = new ArrayList<>(ascending);
    Collections.shuffle(sorted, new Random(3));
    Collections.sort(sorted);
    assertThat(sorted).isEqualTo(ascending);
  }

  @Test
  void nothingLiesBetweenAKeyAndTheNext() {
    Key key = Key.utf8("ab");
    assertThat(key.next()).isGreaterThan(key).isEqualTo(Key.of((byte) 'a', (byte) 'b', (byte) 0));
    assertThat(key.next()).isLessThan(Key.of((byte) 'a', (byte) 'b', (byte) 0, (byte) 0));
  }

  @Test
  void startsWithComparesWholeBytes() {
    assertThat(Key.utf8("abc").startsWith(Key.utf8("ab"))).isTrue();
    assertThat(Key.utf8("abc").startsWith(Key.utf8("abc"))).isTrue();
    assertThat(Key.utf8("abc").startsWith(Key.of())).isTrue();
    assertThat(Key.utf8("ab").startsWith(Key.utf8("abc"))).isFalse();
    assertThat(Key.utf8("abc").startsWith(Key.utf8("b"))).isFalse();
  }

  @Test
  void anEmptyKeyCanBeBuilt() {
    assertThat(Key.of().isEmpty()).isTrue();
    assertThat(Key.utf8("").size()).isZero();
  }

  @Test
  void arraysAreCopiedBothWays() {
    byte[] content = {1, 2};
    Key key = Key.of(content);
    content[0] = 9;
    key.toArray()[1] = 9;
    assertThat(key).isEqualTo(Key.of((byte) 1, (byte) 2));
  }
}

package dev.plinth.benchmarks;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import java.util.Arrays;

/**
 * The keys and values of all benchmarks: keys of 16 bytes with a common prefix, values of 128. Each
 * call makes new ones, as a server does from each request.
 */
final class Keys {
  private static final int KEY_BYTES = 16;
  private static final int VALUE_BYTES = 128;

  private Keys() {}

  /** A key right behind an item, one byte longer: no item and no prefix of one. */
  static Key beside(int number) {
    byte[] content = Arrays.copyOf(item(number).toArray(), KEY_BYTES + 1);
    content[KEY_BYTES] = 'w';
    return Key.of(content);
  }

  /** The key of an item: "item/" and eleven digits. */
  static Key item(int number) {
    byte[] content = new byte[KEY_BYTES];
    content[0] = 'i';
    content[1] = 't';
    content[2] = 'e';
    content[3] = 'm';
    content[4] = '/';
    int rest = number;
    for (int i = KEY_BYTES - 1; i > 4; i--) {
      content[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return Key.of(content);
  }

  static Bytes value(int number) {
    byte[] content = new byte[VALUE_BYTES];
    for (int i = 0; i < Integer.BYTES; i++) {
      content[i] = (byte) (number >>> (Byte.SIZE * i));
    }
    return Bytes.of(content);
  }
}

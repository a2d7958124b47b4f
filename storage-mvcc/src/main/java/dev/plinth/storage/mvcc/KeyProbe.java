package dev.plinth.storage.mvcc;

import dev.plinth.spi.Key;

/**
 * A key that is looked for, as numbers: comparing eight bytes at once without touching the keys of
 * a node is most of what makes the tree fast.
 *
 * <p>Immutable.
 */
final class KeyProbe {
  final Key key;
  final int length;

  /** The bytes in big-endian words, with zeros behind them. */
  private final long[] words;

  KeyProbe(Key key) {
    this.key = key;
    this.length = key.size();
    this.words = new long[(length + 7) / 8];
    int full = length / 8;
    for (int w = 0; w < full; w++) {
      words[w] = word(key, w * 8);
    }
    for (int i = full * 8; i < length; i++) {
      words[full] |= (key.at(i) & 0xffL) << (56 - 8 * (i & 7));
    }
  }

  private static long word(Key key, int at) {
    return (key.at(at) & 0xffL) << 56
        | (key.at(at + 1) & 0xffL) << 48
        | (key.at(at + 2) & 0xffL) << 40
        | (key.at(at + 3) & 0xffL) << 32
        | (key.at(at + 4) & 0xffL) << 24
        | (key.at(at + 5) & 0xffL) << 16
        | (key.at(at + 6) & 0xffL) << 8
        | (key.at(at + 7) & 0xffL);
  }

  /** Eight bytes from a multiple of eight on, zeros behind the end. */
  long word(int index) {
    return index < words.length ? words[index] : 0;
  }

  /** Eight bytes from anywhere on, zeros behind the end. */
  long from(int offset) {
    int index = offset >>> 3;
    int shift = (offset & 7) * 8;
    long high = word(index);
    return shift == 0 ? high : high << shift | word(index + 1) >>> (64 - shift);
  }

  /** Eight bytes of a key from anywhere on, zeros behind the end. */
  static long from(Key key, int offset) {
    int left = key.size() - offset;
    if (left >= 8) {
      return word(key, offset);
    }
    long word = 0;
    for (int i = 0; i < left; i++) {
      word |= (key.at(offset + i) & 0xffL) << (56 - 8 * i);
    }
    return word;
  }
}

package dev.plinth.storage.mvcc;

import dev.plinth.spi.Key;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The sorted keys of a tree node as numbers in one array: first how long their common prefix is,
 * and how long all of them are if that is the same; then the prefix; then of each key the eight
 * bytes behind it, its head. Different heads decide a comparison; equal ones leave it to the keys,
 * unless they reach the end of keys of one length.
 *
 * <p>Stateless. Bytes behind the end of a key count as zeros: that may make heads equal that are
 * not, but never turns their order around. No array is ever edited, so nodes share them.
 */
final class KeyIndex {
  private static final int HEAD_BYTES = 8;

  private KeyIndex() {}

  static long[] of(Key[] keys) {
    if (keys.length == 0) {
      return new long[] {0};
    }
    Key first = keys[0];
    int skip = commonPrefix(first, keys[keys.length - 1]);
    int length = first.size();
    for (Key key : keys) {
      if (key.size() != length) {
        length = 0;
      }
    }
    int words = (skip + 7) / 8;
    long[] index = new long[1 + words + keys.length];
    index[0] = meta(skip, length);
    for (int w = 0; w < words; w++) {
      index[1 + w] = KeyProbe.from(first, w * 8);
    }
    if (words > 0) {
      index[words] &= mask(skip);
    }
    for (int i = 0; i < keys.length; i++) {
      index[1 + words + i] = KeyProbe.from(keys[i], skip);
    }
    return index;
  }

  private static long meta(int skip, int length) {
    return (long) skip << Integer.SIZE | length;
  }

  private static int skip(long[] index) {
    return (int) (index[0] >>> Integer.SIZE);
  }

  /** The length of every key, or 0. */
  private static int length(long[] index) {
    return (int) index[0];
  }

  /** What of the last word of the prefix belongs to it. */
  private static long mask(int skip) {
    int bits = (skip & 7) * 8;
    return bits == 0 ? -1 : -1L << (64 - bits);
  }

  private static int commonPrefix(Key a, Key b) {
    int most = Math.min(a.size(), b.size());
    for (int i = 0; i < most; i++) {
      if (a.at(i) != b.at(i)) {
        return i;
      }
    }
    return most;
  }

  /** Returns the place of a key, or the complement of the place where it belongs. */
  static int find(long[] index, Key[] keys, KeyProbe probe) {
    int skip = skip(index);
    int base = 1 + (skip + 7) / 8;
    int side = compareToPrefix(index, skip, base, probe);
    if (side != 0) {
      return side < 0 ? ~0 : ~keys.length;
    }
    long head = probe.from(skip) ^ Long.MIN_VALUE;
    int low = base;
    int high = index.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if ((index[middle] ^ Long.MIN_VALUE) < head) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == index.length || (index[low] ^ Long.MIN_VALUE) != head) {
      return ~(low - base);
    }
    int length = length(index);
    if (length == probe.length && length <= skip + HEAD_BYTES) {
      return low - base;
    }
    return findAmongEqual(index, keys, probe, low, base);
  }

  private static int compareToPrefix(long[] index, int skip, int base, KeyProbe probe) {
    for (int w = 1; w < base; w++) {
      long word = probe.word(w - 1);
      if (w == base - 1) {
        word &= mask(skip);
      }
      if (word != index[w]) {
        return Long.compareUnsigned(word, index[w]);
      }
    }
    return probe.length < skip ? -1 : 0;
  }

  private static int findAmongEqual(
      long[] index, Key[] keys, KeyProbe probe, int firstEqual, int base) {
    int behind = firstEqual + 1;
    while (behind < index.length && index[behind] == index[firstEqual]) {
      behind++;
    }
    int low = firstEqual - base;
    int high = behind - base - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int comparison = keys[middle].compareTo(probe.key);
      if (comparison < 0) {
        low = middle + 1;
      } else if (comparison > 0) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return ~low;
  }

  /** Returns the index with one key more, or null if its prefix or its length does not fit. */
  static long @Nullable [] with(long[] index, int at, KeyProbe probe) {
    int skip = skip(index);
    int base = 1 + (skip + 7) / 8;
    if (index.length == base
        || length(index) != probe.length
        || compareToPrefix(index, skip, base, probe) != 0) {
      return null;
    }
    long[] longer = Arrays.copyOf(index, index.length + 1);
    System.arraycopy(index, base + at, longer, base + at + 1, index.length - base - at);
    longer[base + at] = probe.from(skip);
    return longer;
  }
}

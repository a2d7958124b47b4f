package dev.plinth.storage.memory;

/**
 * Says quickly of most hashes that they were never added: a few bits for each one that was, so few
 * that they stay in the processor's cache. Belongs to the writer.
 */
final class MemoryKeyFilter {
  /** Bits for each hash: at most one in so many others is taken for one that was added. */
  private static final int SPARSENESS = 16;

  private static final int LEAST_BITS = 1024;

  private final long[] bits;
  private final int capacity;
  private int size;

  /** Makes an empty filter with room for twice as many hashes as are known already. */
  MemoryKeyFilter(int known) {
    int wanted = Math.max(LEAST_BITS, Integer.highestOneBit(known * SPARSENESS + 1) * 4);
    this.bits = new long[wanted / Long.SIZE];
    this.capacity = wanted / SPARSENESS;
  }

  void add(int hash) {
    size++;
    int bit = bit(hash);
    bits[bit >>> 6] |= 1L << bit;
  }

  /** Whether one more hash would make it say "maybe" too often. */
  boolean isFull() {
    return size >= capacity;
  }

  boolean mayContain(int hash) {
    int bit = bit(hash);
    return (bits[bit >>> 6] & 1L << bit) != 0;
  }

  /** Spreads, for neighbouring keys have neighbouring hashes. */
  private int bit(int hash) {
    int spread = hash * 0x9E3779B9;
    return (spread ^ spread >>> 16) & bits.length * Long.SIZE - 1;
  }
}

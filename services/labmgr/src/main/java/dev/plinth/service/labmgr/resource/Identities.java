package dev.plinth.service.labmgr.resource;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Names that nothing else has. Holds nothing. */
public final class Identities {
  private Identities() {}

  /**
   * Draws a random UUID, of version 4.
   *
   * @param random where the randomness comes from
   * @return its text, 36 characters
   */
  public static String next(RandomGenerator random) {
    long high = (random.nextLong() & ~0xF000L) | 0x4000L;
    long low = (random.nextLong() >>> 2) | Long.MIN_VALUE;
    return new UUID(high, low).toString();
  }
}

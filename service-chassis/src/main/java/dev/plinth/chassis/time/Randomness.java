package dev.plinth.chassis.time;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** Where randomness comes from. Holds nothing. */
public final class Randomness {
  private Randomness() {}

  /**
   * Returns randomness that nobody can foresee, for tokens.
   *
   * @return a new source, thread-safe
   */
  public static RandomGenerator secure() {
    return new SecureRandom();
  }
}

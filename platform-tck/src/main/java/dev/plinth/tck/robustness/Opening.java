package dev.plinth.tck.robustness;

/** Starts what is going to be disturbed. */
@FunctionalInterface
public interface Opening {
  /**
   * Starts it.
   *
   * @param seed may decide between kinds of it
   * @param clients how many stores are needed, besides the observing and the direct one
   * @return the running store, empty
   */
  DisturbedStore open(long seed, int clients);
}

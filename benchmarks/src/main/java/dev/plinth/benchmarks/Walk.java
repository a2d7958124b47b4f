package dev.plinth.benchmarks;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A cheap pseudo-random walk over numbers, one for each thread. */
@State(Scope.Thread)
public class Walk {
  private long state;

  /** Starts each thread somewhere else. */
  @Setup(Level.Trial)
  public void begin() {
    state = (Thread.currentThread().threadId() * 0x9E3779B97F4A7C15L) | 1;
  }

  int next(int count) {
    state ^= state << 13;
    state ^= state >>> 7;
    state ^= state << 17;
    return (int) (((state >>> 33) * count) >>> 31);
  }
}

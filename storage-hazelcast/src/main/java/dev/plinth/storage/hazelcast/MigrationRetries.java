package dev.plinth.storage.hazelcast;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;

/**
 * Lets copies move again soon after one could not. The first member of a cluster moves them, and
 * waits for {@link #HAZELCASTS} when that fails: meanwhile nobody serves data that has too few
 * copies. But most failures are over in milliseconds, as when a member that survived another had
 * not yet heard who owns what.
 *
 * <p>Thread-safe.
 */
final class MigrationRetries {
  static final Duration FIRST = Duration.ofMillis(50);
  static final Duration HAZELCASTS = Duration.ofSeconds(3);

  /** A failure so long after the last one is a new one. */
  static final Duration CALM = Duration.ofSeconds(10);

  private final StoreRuntime runtime;
  private final Runnable resume;
  private Duration pause = Duration.ZERO;

  /** When the last copy could not move. */
  private long last;

  private boolean waiting;

  /**
   * Prepares to retry.
   *
   * @param runtime its clock and threads
   * @param resume lets copies move again
   */
  MigrationRetries(StoreRuntime runtime, Runnable resume) {
    this.runtime = runtime;
    this.resume = resume;
  }

  /**
   * Notes that a copy could not move. While that goes on, the pauses get longer, and in the end
   * they are Hazelcast's own.
   */
  synchronized void failed() {
    long now = runtime.nanoTime();
    if (!waiting) {
      if (pause.isZero() || now - last >= CALM.toNanos()) {
        pause = FIRST;
      } else if (pause.compareTo(HAZELCASTS) < 0) {
        pause = pause.multipliedBy(2);
      }
      if (pause.compareTo(HAZELCASTS) < 0) {
        waiting = true;
        StoreRuntime.Scheduled unused = runtime.schedule(pause, this::retry);
      }
    }
    last = now;
  }

  private void retry() {
    synchronized (this) {
      waiting = false;
    }
    resume.run();
  }
}

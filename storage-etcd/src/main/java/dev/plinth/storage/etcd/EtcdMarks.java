package dev.plinth.storage.etcd;

import java.time.Duration;

/**
 * Decides which progress marks hold for one watch of a stream.
 *
 * <p>Not thread-safe: guarded by the lock of the stream.
 */
final class EtcdMarks {
  /*
   * The server answers a stream, not a watch, and an answer may be older than the watch: it was
   * computed before the watch was created and came after the news of that. Such an answer names no
   * revision above the one of the creation. So one that does is fresh; of the others as many are
   * passed over as may have been on their way.
   *
   * Old servers answer at once, whether or not the watch has all its changes yet. There an answer
   * counts only if another one comes a while later with no change in between; the while is much
   * longer than the 100 ms in which a server catches up with watches that are behind, for a server
   * that is short of time takes longer. One that takes longer still is found out by its watch.
   */
  private static final long SETTLING_NANOS = Duration.ofSeconds(1).toNanos();

  private int stale;
  private long candidate;
  private long candidateSince;

  /** Starts anew on a stream that may still deliver some answers to earlier questions. */
  void begin(int outstanding) {
    stale = outstanding;
  }

  /** Notes that there were changes. */
  void disturb() {
    candidate = 0;
  }

  /**
   * Judges an answer.
   *
   * @param mark the revision that it names
   * @param createdAt the revision that the watch was created at
   * @param trusted whether the server answers only when the watch has all its changes
   * @param now the time
   * @return the revision up to which everything has come, or 0 if that is not known
   */
  long judge(long mark, long createdAt, boolean trusted, long now) {
    if (mark > createdAt) {
      stale = 0;
    } else if (stale > 0) {
      stale--;
      return 0;
    }
    if (trusted) {
      return mark;
    }
    if (candidate == 0) {
      candidate = mark;
      candidateSince = now;
      return 0;
    }
    if (now - candidateSince < SETTLING_NANOS) {
      return 0;
    }
    long settled = candidate;
    candidate = mark;
    candidateSince = now;
    return settled;
  }
}

package dev.plinth.storage.memory;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import dev.plinth.spi.StoreLimits;
import java.time.Duration;

/**
 * What a memory store accepts and how much of the past it keeps.
 *
 * @param historyRevisions past revisions kept at most; 0 for any number
 * @param historyAge how long they are kept at most; zero for ever
 * @param historyBytes keys and values kept in the history at most; 0 for any amount
 * @param limits what requests may ask for
 */
record MemoryConfig(
    long historyRevisions, Duration historyAge, long historyBytes, StoreLimits limits) {
  /** What etcd takes as the longest time to live, in seconds. */
  private static final long LONGEST_TTL_SECONDS = 9_000_000_000L;

  private static final Duration SHORTEST_TTL = Duration.ofSeconds(2);

  /** What every store takes; there is no server here that a call could wait for. */
  private static final String REQUEST_TIMEOUT = "request-timeout";

  /** Timers and threads of a busy machine may be this late. */
  private static final Duration LATENESS = Duration.ofSeconds(1);

  static MemoryConfig from(Settings settings) {
    settings.allowOnly(
        "history-revisions",
        "history-age",
        "history-bytes",
        "max-operations",
        "max-request-bytes",
        "shortest-ttl",
        "longest-ttl",
        REQUEST_TIMEOUT);
    if (settings.duration(REQUEST_TIMEOUT, LATENESS).isZero()) {
      throw settings.error(REQUEST_TIMEOUT, "must be longer than nothing");
    }
    Duration longest = settings.duration("longest-ttl", Duration.ofSeconds(LONGEST_TTL_SECONDS));
    Duration shortest = settings.duration("shortest-ttl", SHORTEST_TTL);
    if (shortest.compareTo(SHORTEST_TTL) < 0 || shortest.toMillis() % 1000 != 0) {
      throw settings.error("shortest-ttl", "must be whole seconds, at least 2s: " + shortest);
    }
    if (longest.compareTo(shortest) < 0) {
      throw settings.error("longest-ttl", "must not be below shortest-ttl: " + longest);
    }
    if (longest.compareTo(Duration.ofSeconds(LONGEST_TTL_SECONDS)) > 0) {
      throw settings.error(
          "longest-ttl", "must not be above " + LONGEST_TTL_SECONDS + " seconds: " + longest);
    }
    return new MemoryConfig(
        settings.number("history-revisions", 100_000, 0, Long.MAX_VALUE),
        settings.duration("history-age", Duration.ofHours(1)),
        settings.bytes("history-bytes", 256L << 20),
        new StoreLimits(
            settings.integer("max-operations", 128, 1, 1_000_000),
            positive(settings, "max-request-bytes", 3L << 19),
            shortest,
            longest,
            LATENESS,
            LATENESS));
  }

  private static long positive(Settings settings, String key, long fallback)
      throws SettingsException {
    long bytes = settings.bytes(key, fallback);
    if (bytes < 1) {
      throw settings.error(key, "must be at least 1 B");
    }
    return bytes;
  }
}

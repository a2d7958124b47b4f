package dev.plinth.service.centro.job;

import dev.plinth.service.centro.id.JobId;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Names for new jobs: UUIDs of version 7, so that lists by name are about in the order of submit.
 *
 * <p>Thread-safe. The queue's order never depends on them.
 */
public final class JobIds {
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 1L << 63;

  private final InstantSource clock;
  private final RandomGenerator random;

  @Inject
  JobIds(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  JobId next() {
    long high = (clock.millis() << 16) | VERSION_7 | (random.nextLong() & 0xfffL);
    long low = VARIANT | (random.nextLong() >>> 2);
    return JobId.of(new UUID(high, low).toString());
  }
}

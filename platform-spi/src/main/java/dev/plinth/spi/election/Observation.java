package dev.plinth.spi.election;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Revision;
import java.util.Optional;

/**
 * How an election stood at a revision.
 *
 * <p>Immutable.
 *
 * @param revision when; of two observations by one observer the later one has the greater
 * @param leader who led, or nothing if nobody did (G50)
 * @since 0.1
 */
public record Observation(Revision revision, Optional<Leader> leader) {
  /** Checks that nothing is null. */
  public Observation {
    requireNonNull(revision, "revision");
    requireNonNull(leader, "leader");
  }
}

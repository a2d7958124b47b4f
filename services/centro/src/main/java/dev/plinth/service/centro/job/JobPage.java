package dev.plinth.service.centro.job;

import dev.plinth.service.centro.document.InvalidDocument;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import java.util.List;
import java.util.Optional;

/**
 * A part of a list, as everything was at one revision.
 *
 * <p>Immutable.
 *
 * @param revision when
 * @param jobs in the order of their keys
 * @param invalid documents among them that cannot be read
 * @param last behind which key the list goes on, or nothing at its end
 */
public record JobPage(
    Revision revision, List<Job> jobs, List<InvalidDocument> invalid, Optional<Key> last) {
  /** Copies the lists. */
  public JobPage {
    jobs = List.copyOf(jobs);
    invalid = List.copyOf(invalid);
  }
}

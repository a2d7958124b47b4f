package dev.plinth.chassis.http;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Revision;
import java.util.Optional;

/**
 * Which page of a list is asked for.
 *
 * <p>Immutable.
 *
 * @param scope which list it is, with its filters
 * @param limit how many items at most
 * @param token where to go on; nothing for the first page
 */
public record PageRequest(String scope, int limit, Optional<PageToken> token) {
  /** Checks that nothing is null. */
  public PageRequest {
    requireNonNull(scope, "scope");
    requireNonNull(token, "token");
  }

  /**
   * Returns what the client sends to get the next page.
   *
   * @param revision at which this page was read
   * @param last the last item of this page
   * @return the value of {@code continue}
   */
  public String next(Revision revision, String last) {
    return new PageToken(revision, last).encode(scope);
  }
}

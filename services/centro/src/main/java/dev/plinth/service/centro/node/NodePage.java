package dev.plinth.service.centro.node;

import dev.plinth.service.centro.document.InvalidDocument;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import java.util.List;
import java.util.Optional;

/**
 * A part of the list of nodes, as everything was at one revision.
 *
 * <p>Immutable.
 *
 * @param revision when
 * @param nodes by name
 * @param invalid documents among them that cannot be read
 * @param last behind which key the list goes on, or nothing at its end
 */
public record NodePage(
    Revision revision,
    List<NodeSituation> nodes,
    List<InvalidDocument> invalid,
    Optional<Key> last) {
  /** Copies the lists. */
  public NodePage {
    nodes = List.copyOf(nodes);
    invalid = List.copyOf(invalid);
  }
}

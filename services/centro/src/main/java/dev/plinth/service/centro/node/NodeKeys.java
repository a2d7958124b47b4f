package dev.plinth.service.centro.node;

import dev.plinth.service.centro.id.NodeId;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import java.util.List;
import java.util.Optional;

/**
 * Where the documents of nodes are:
 *
 * <pre>
 * /centro/nodes/{node-id}          what the node reports
 * /centro/node-liveness/{node-id}  there while the node lives, on its lease
 * /centro/node-ledger/{node-id}    what was given to the node
 * </pre>
 *
 * <p>Immutable.
 */
public final class NodeKeys {
  private static final String NODES = "nodes";
  private static final String LIVENESS = "node-liveness";
  private static final String LEDGER = "node-ledger";

  private final KeySpace root;

  /**
   * Lays the keys out.
   *
   * @param root what they are below, such as {@code /centro}
   */
  public NodeKeys(String root) {
    this.root = KeySpace.of(root);
  }

  /** Returns the keys of all documents of nodes. */
  public KeyRange nodes() {
    return root.below(NODES);
  }

  /** Returns the keys of all nodes that live. */
  public KeyRange livenesses() {
    return root.below(LIVENESS);
  }

  /** Returns the keys of all accounts. */
  public KeyRange ledgers() {
    return root.below(LEDGER);
  }

  /** Returns the key of a node's document. */
  public Key node(NodeId id) {
    return root.key(NODES, id.value());
  }

  /** Returns the key that lives as long as the node. */
  public Key liveness(NodeId id) {
    return root.key(LIVENESS, id.value());
  }

  /** Returns the key of a node's account. */
  public Key ledger(NodeId id) {
    return root.key(LEDGER, id.value());
  }

  /** Returns which node a key is for, or nothing if it is none that a node can have. */
  public Optional<NodeId> idOf(Key key) {
    return root.parse(key)
        .filter(segments -> segments.size() == 2)
        .map(List::getLast)
        .filter(NodeId::isValid)
        .map(NodeId::of);
  }
}

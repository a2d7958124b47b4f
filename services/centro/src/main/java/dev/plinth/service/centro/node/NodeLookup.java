package dev.plinth.service.centro.node;

import dev.plinth.service.centro.document.InvalidDocument;

/** What is stored under the name of a node. */
public sealed interface NodeLookup {
  /**
   * A node.
   *
   * @param situation everything that is stored of it
   */
  record Found(NodeSituation situation) implements NodeLookup {}

  /**
   * Something that cannot be read.
   *
   * @param document where, and what is wrong
   */
  record Unreadable(InvalidDocument document) implements NodeLookup {}

  /** Nothing. */
  record Missing() implements NodeLookup {}
}

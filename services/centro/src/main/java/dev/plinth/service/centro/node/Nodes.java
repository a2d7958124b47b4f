package dev.plinth.service.centro.node;

import dev.plinth.service.centro.id.NodeId;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * What is known of nodes, and their heartbeats.
 *
 * <p>Thread-safe. A heartbeat may go to any server. It is written when it says something new, and
 * otherwise seldom: what keeps a node alive is its lease.
 */
public final class Nodes {
  private static final int TRIES = 16;

  private final NodeRepository repository;
  private final NodeTiming timing;
  private final InstantSource clock;

  @Inject
  Nodes(NodeRepository repository, NodeTiming timing, InstantSource clock) {
    this.repository = repository;
    this.timing = timing;
    this.clock = clock;
  }

  /**
   * Registers a node or keeps it alive.
   *
   * @param report what it says
   * @return why it was refused, or nothing if it was accepted
   */
  public Optional<String> heartbeat(NodeReport report) {
    List<String> violations = report.violations();
    if (!violations.isEmpty()) {
      return Optional.of(String.join("; ", violations));
    }
    for (int i = 0; i < TRIES; i++) {
      NodeRepository.Raw raw = repository.read(report.id());
      Instant now = clock.instant();
      Optional<Node> before = repository.decodeNode(raw);
      Optional<NodeLedger> ledger = repository.decodeLedger(raw);
      Optional<NodeLedger> settled =
          ledger.map(NodeLedger::afterReport).filter(after -> !Optional.of(after).equals(ledger));
      Optional<Node> due =
          isDue(report, before, now)
              ? Optional.of(new Node(report, now, before.map(Node::registeredAt).orElse(now)))
              : Optional.empty();
      if (repository.keepAlive(raw, due, settled, now)) {
        return Optional.empty();
      }
    }
    return Optional.of("node " + report.id() + " changes too fast; try again");
  }

  /**
   * Finds a node.
   *
   * @param id its name
   * @return what is stored of it
   */
  public NodeLookup find(NodeId id) {
    return repository.decode(repository.read(id));
  }

  /**
   * Lists nodes as they are now.
   *
   * @param limit how many at most
   * @return the first page
   */
  public NodePage list(int limit) {
    return repository.list(limit, Revision.ZERO, Optional.empty());
  }

  /**
   * Goes on with a list.
   *
   * @param limit how many at most
   * @param at the revision of the first page
   * @param behind the last key of the page before
   * @return the next page
   */
  public NodePage list(int limit, Revision at, Key behind) {
    return repository.list(limit, at, Optional.of(behind));
  }

  /** The age is only about how often a document is written; nothing is decided by wall clocks. */
  private boolean isDue(NodeReport report, Optional<Node> before, Instant now) {
    if (before.isEmpty() || !before.get().report().equals(report)) {
      return true;
    }
    Duration age = Duration.between(before.get().lastHeartbeat(), now);
    return age.isNegative() || age.compareTo(timing.reportInterval()) >= 0;
  }
}

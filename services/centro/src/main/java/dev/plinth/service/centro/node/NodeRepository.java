package dev.plinth.service.centro.node;

import dev.plinth.service.centro.document.InvalidDocument;
import dev.plinth.service.centro.document.UnreadableDocumentException;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The documents, the liveness and the accounts of nodes.
 *
 * <p>Thread-safe. Every call blocks no longer than a few requests to the store.
 */
final class NodeRepository {

  /** The three keys of a node at one revision, as they are. */
  record Raw(
      NodeId id,
      Revision revision,
      Optional<Entry> node,
      Optional<Entry> liveness,
      Optional<Entry> ledger) {}

  private final Store store;
  private final NodeKeys keys;
  private final NodeCodec codec;
  private final NodeTiming timing;

  @Inject
  NodeRepository(Store store, NodeKeys keys, NodeCodec codec, NodeTiming timing) {
    this.store = store;
    this.keys = keys;
    this.codec = codec;
    this.timing = timing;
  }

  Raw read(NodeId id) {
    Commit commit =
        store
            .keyValues()
            .commit(
                Transaction.of(
                    Read.of(keys.node(id)), Read.of(keys.liveness(id)), Read.of(keys.ledger(id))));
    return new Raw(
        id,
        commit.revision(),
        commit.read(0).entries().stream().findFirst(),
        commit.read(1).entries().stream().findFirst(),
        commit.read(2).entries().stream().findFirst());
  }

  NodeLookup decode(Raw raw) {
    if (raw.node().isEmpty()) {
      return new NodeLookup.Missing();
    }
    Entry read = raw.node().get();
    try {
      Node node = codec.decodeNode(read);
      NodeLedger ledger = NodeLedger.empty(raw.id());
      if (raw.ledger().isPresent()) {
        read = raw.ledger().get();
        ledger = codec.decodeLedger(read);
      }
      return new NodeLookup.Found(
          new NodeSituation(
              raw.revision(), node, raw.node().get(), raw.liveness(), ledger, raw.ledger()));
    } catch (UnreadableDocumentException unreadable) {
      return new NodeLookup.Unreadable(new InvalidDocument(read.key(), unreadable.problem()));
    }
  }

  /** Decodes a node's document alone, if that can be read. */
  Optional<Node> decodeNode(Raw raw) {
    try {
      return raw.node().isEmpty()
          ? Optional.empty()
          : Optional.of(codec.decodeNode(raw.node().get()));
    } catch (UnreadableDocumentException unreadable) {
      return Optional.empty();
    }
  }

  /** Decodes a node's account alone, if there is one that can be read. */
  Optional<NodeLedger> decodeLedger(Raw raw) {
    try {
      return raw.ledger().isEmpty()
          ? Optional.empty()
          : Optional.of(codec.decodeLedger(raw.ledger().get()));
    } catch (UnreadableDocumentException unreadable) {
      return Optional.empty();
    }
  }

  /**
   * Keeps a node alive and writes what changed, in one transaction.
   *
   * @param raw what was read
   * @param node the document to write, if one is due
   * @param ledger the account to write, if it changed
   * @param now written into a new liveness key
   * @return whether nothing had changed since it was read; if it had, only the lease was renewed
   */
  boolean keepAlive(Raw raw, Optional<Node> node, Optional<NodeLedger> ledger, Instant now) {
    List<Condition> conditions = new ArrayList<>();
    List<Operation> operations = new ArrayList<>();
    Optional<LeaseId> fresh = Optional.empty();
    if (!isRenewed(raw.liveness())) {
      LeaseId lease = store.leases().grant(timing.ttl()).id();
      fresh = Optional.of(lease);
      Key key = keys.liveness(raw.id());
      boolean isForeign = raw.liveness().filter(entry -> entry.lease().isEmpty()).isPresent();
      conditions.add(isForeign ? unchanged(key, raw.liveness()) : Condition.absent(key));
      operations.add(Put.of(key, codec.encodeLiveness(raw.id(), now)).withLease(lease));
    }
    if (node.isPresent()) {
      Key key = keys.node(raw.id());
      conditions.add(unchanged(key, raw.node()));
      operations.add(Put.of(key, codec.encode(node.get(), raw.node())));
    }
    if (ledger.isPresent()) {
      Key key = keys.ledger(raw.id());
      conditions.add(unchanged(key, raw.ledger()));
      operations.add(Put.of(key, codec.encode(ledger.get(), raw.ledger())));
    }
    if (operations.isEmpty()) {
      return true;
    }
    boolean isDone =
        store
            .keyValues()
            .commit(new Transaction(conditions, operations, List.of()))
            .conditionsHeld();
    if (!isDone) {
      fresh.ifPresent(this::giveUp);
    }
    return isDone;
  }

  /** Lists nodes whose keys are from one key on, as everything was at a revision or is now. */
  NodePage list(int limit, Revision at, Optional<Key> behind) {
    KeyRange all = keys.nodes();
    Key start = behind.map(Key::next).filter(all::contains).orElse(all.start());
    KeyRange range = KeyRange.between(start, all.end().orElseThrow());
    Slice slice = store.keyValues().read(Read.of(range).at(at).limitedTo(limit));
    Revision revision = at.equals(Revision.ZERO) ? slice.revision() : at;
    List<NodeSituation> nodes = new ArrayList<>();
    List<InvalidDocument> invalid = new ArrayList<>();
    List<Entry> named = new ArrayList<>();
    for (Entry entry : slice.entries()) {
      if (keys.idOf(entry.key()).isPresent()) {
        named.add(entry);
      } else {
        invalid.add(new InvalidDocument(entry.key(), "is not the key of a node"));
      }
    }
    if (!named.isEmpty()) {
      NodeId first = keys.idOf(named.getFirst().key()).orElseThrow();
      NodeId last = keys.idOf(named.getLast().key()).orElseThrow();
      Map<Key, Entry> beside = new HashMap<>();
      read(keys.liveness(first), keys.liveness(last), revision, beside);
      read(keys.ledger(first), keys.ledger(last), revision, beside);
      for (Entry entry : named) {
        NodeId id = keys.idOf(entry.key()).orElseThrow();
        Raw raw =
            new Raw(
                id,
                revision,
                Optional.of(entry),
                Optional.ofNullable(beside.get(keys.liveness(id))),
                Optional.ofNullable(beside.get(keys.ledger(id))));
        switch (decode(raw)) {
          case NodeLookup.Found found -> nodes.add(found.situation());
          case NodeLookup.Unreadable unreadable -> invalid.add(unreadable.document());
          case NodeLookup.Missing none -> {}
        }
      }
    }
    Optional<Key> last =
        slice.more() ? Optional.of(slice.entries().getLast().key()) : Optional.empty();
    return new NodePage(revision, nodes, invalid, last);
  }

  private void read(Key first, Key last, Revision at, Map<Key, Entry> into) {
    store
        .keyValues()
        .read(Read.of(KeyRange.between(first, last.next())).at(at))
        .entries()
        .forEach(entry -> into.put(entry.key(), entry));
  }

  private boolean isRenewed(Optional<Entry> liveness) {
    Optional<LeaseId> lease = liveness.flatMap(Entry::lease);
    if (lease.isEmpty()) {
      return false;
    }
    try {
      store.leases().renew(lease.get());
      return true;
    } catch (LeaseLostException expired) {
      return false;
    }
  }

  /** Another server was faster; the lease that was granted for nothing would end by itself too. */
  private void giveUp(LeaseId lease) {
    try {
      store.leases().revoke(lease);
    } catch (RequestRefusedException refused) {
      if (refused.reason() != RequestRefusedException.Reason.LEASE_NOT_FOUND) {
        throw refused;
      }
    }
  }

  private static Condition unchanged(Key key, Optional<Entry> read) {
    return read.map(Condition::unchanged).orElseGet(() -> Condition.absent(key));
  }
}

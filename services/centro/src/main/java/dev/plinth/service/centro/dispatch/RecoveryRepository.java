package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.document.InvalidDocument;
import dev.plinth.service.centro.document.InvalidDocuments;
import dev.plinth.service.centro.document.UnreadableDocumentException;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.service.centro.job.JobCodec;
import dev.plinth.service.centro.job.JobKeys;
import dev.plinth.service.centro.job.JobStatus;
import dev.plinth.service.centro.node.NodeCodec;
import dev.plinth.service.centro.node.NodeKeys;
import dev.plinth.service.centro.node.NodeLedger;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.cache.RangeCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that recovery watches: active jobs, living nodes and what nodes owe.
 *
 * <p>One thread at a time; closed by whoever opened it. Documents are decoded once per version.
 */
final class RecoveryRepository implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** A document of which a version was decoded. */
  private record Decoded<T>(Revision modified, List<T> content) {}

  /** Decodes a document into what recovery has to know. */
  private interface Decoder<T> {
    List<T> decode(Entry entry) throws UnreadableDocumentException;
  }

  private final Store store;
  private final JobCodec jobCodec;
  private final NodeKeys nodeKeys;
  private final NodeCodec nodeCodec;
  private final InvalidDocuments invalid;
  private final RangeCache active;
  private final RangeCache living;
  private final RangeCache ledgers;
  private Map<Key, Decoded<Possession>> knownActive = new HashMap<>();
  private Map<Key, Decoded<OwedAnswer>> knownLedgers = new HashMap<>();

  RecoveryRepository(
      Store store,
      JobKeys jobKeys,
      JobCodec jobCodec,
      NodeKeys nodeKeys,
      NodeCodec nodeCodec,
      InvalidDocuments invalid) {
    this.store = store;
    this.jobCodec = jobCodec;
    this.nodeKeys = nodeKeys;
    this.nodeCodec = nodeCodec;
    this.invalid = invalid;
    this.active = RangeCache.open(store, jobKeys.in(JobStatus.Place.ACTIVE));
    this.living = RangeCache.open(store, nodeKeys.livenesses());
    this.ledgers = RangeCache.open(store, nodeKeys.ledgers());
  }

  /**
   * Asks the store itself, and waits until everything here shows its answer: what cannot be reached
   * does not look as if nothing had changed.
   */
  void refresh() throws InterruptedException {
    Revision now = store.keyValues().current();
    for (RangeCache cache : List.of(active, living, ledgers)) {
      if (!cache.awaitRevision(now, PATIENCE)) {
        throw new StoreUnavailableException(
            "watch " + cache.range() + ": not known up to revision " + now);
      }
    }
  }

  Collection<Possession> active() {
    Map<Key, Decoded<Possession>> next = new HashMap<>();
    Collection<Possession> all =
        decode(
            active,
            knownActive,
            next,
            entry -> List.of(Possession.of(jobCodec.decode(entry).job())));
    knownActive = next;
    return all;
  }

  Collection<OwedAnswer> owed() {
    Map<Key, Decoded<OwedAnswer>> next = new HashMap<>();
    Collection<OwedAnswer> all = decode(ledgers, knownLedgers, next, this::owedIn);
    knownLedgers = next;
    return all;
  }

  Set<NodeId> living() {
    Set<NodeId> nodes = new HashSet<>();
    living.snapshot().forEach(entry -> nodeKeys.idOf(entry.key()).ifPresent(nodes::add));
    return nodes;
  }

  @Override
  public void close() {
    active.close();
    living.close();
    ledgers.close();
    knownActive.keySet().forEach(invalid::clear);
    knownLedgers.keySet().forEach(invalid::clear);
  }

  private List<OwedAnswer> owedIn(Entry entry) throws UnreadableDocumentException {
    NodeLedger ledger = nodeCodec.decodeLedger(entry);
    List<OwedAnswer> owed = new ArrayList<>();
    ledger.owed().forEach((job, attempt) -> owed.add(new OwedAnswer(ledger.node(), job, attempt)));
    return owed;
  }

  private <T> Collection<T> decode(
      RangeCache cache, Map<Key, Decoded<T>> known, Map<Key, Decoded<T>> next, Decoder<T> decoder) {
    List<T> all = new ArrayList<>();
    for (Entry entry : cache.snapshot()) {
      Decoded<T> decoded = known.get(entry.key());
      if (decoded == null || !decoded.modified().equals(entry.modified())) {
        decoded = new Decoded<>(entry.modified(), decode(entry, decoder));
      }
      next.put(entry.key(), decoded);
      all.addAll(decoded.content());
    }
    known.keySet().stream().filter(key -> !next.containsKey(key)).forEach(invalid::clear);
    return all;
  }

  private <T> List<T> decode(Entry entry, Decoder<T> decoder) {
    try {
      List<T> content = decoder.decode(entry);
      invalid.clear(entry.key());
      return content;
    } catch (UnreadableDocumentException unreadable) {
      invalid.note(new InvalidDocument(entry.key(), unreadable.problem()));
      return List.of();
    }
  }
}

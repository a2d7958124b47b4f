package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.document.InvalidDocument;
import dev.plinth.service.centro.document.UnreadableDocumentException;
import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.service.centro.job.Job;
import dev.plinth.service.centro.job.JobCodec;
import dev.plinth.service.centro.job.JobKeys;
import dev.plinth.service.centro.job.JobLookup;
import dev.plinth.service.centro.job.JobStatus;
import dev.plinth.service.centro.job.StoredJob;
import dev.plinth.service.centro.node.NodeCodec;
import dev.plinth.service.centro.node.NodeKeys;
import dev.plinth.service.centro.node.NodeLedger;
import dev.plinth.service.centro.node.NodeSituation;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves jobs between their places, together with the accounts of nodes.
 *
 * <p>Thread-safe. Every call blocks no longer than a few requests to the store. Every write is one
 * transaction on the condition that nothing has changed since it was read.
 */
final class DispatchRepository {

  /** How an attempt to hand a job out ended. */
  enum Reservation {
    /** The job is reserved. */
    DONE,
    /** Someone else moved the job. */
    JOB_GONE,
    /** The node changed, or is no longer alive. */
    NODE_CHANGED
  }

  private static final int READ_AT_ONCE = 500;

  private final Store store;
  private final JobKeys jobKeys;
  private final JobCodec jobCodec;
  private final NodeKeys nodeKeys;
  private final NodeCodec nodeCodec;

  @Inject
  DispatchRepository(
      Store store, JobKeys jobKeys, JobCodec jobCodec, NodeKeys nodeKeys, NodeCodec nodeCodec) {
    this.store = store;
    this.jobKeys = jobKeys;
    this.jobCodec = jobCodec;
    this.nodeKeys = nodeKeys;
    this.nodeCodec = nodeCodec;
  }

  /** Reads a job that may be active or over, and the account of a node. */
  Held held(JobId job, NodeId node) {
    Commit commit =
        store
            .keyValues()
            .commit(
                Transaction.of(
                    Read.of(jobKeys.active(job)),
                    Read.of(jobKeys.history(job)),
                    Read.of(nodeKeys.ledger(node))));
    return new Held(decode(commit.read(0)), decode(commit.read(1)), account(node, commit.read(2)));
  }

  /** Reads a job's version anew, with the account of the node that has it. */
  Held held(Job job) {
    return held(job.id(), job.node().orElseThrow());
  }

  /** Hands a job out. */
  Reservation reserve(StoredJob queued, Job reserved, NodeSituation node) {
    NodeId id = node.node().report().id();
    Key from = queued.entry().key();
    NodeLedger ledger =
        node.ledger().reserved(reserved.id(), reserved.attempt(), reserved.spec().resources());
    Commit commit =
        store
            .keyValues()
            .commit(
                Transaction.when(
                        Condition.unchanged(queued.entry()),
                        Condition.absent(jobKeys.of(reserved)),
                        Condition.unchanged(node.nodeEntry()),
                        Condition.exists(nodeKeys.liveness(id)),
                        unchanged(nodeKeys.ledger(id), node.ledgerEntry()))
                    .then(
                        Delete.of(from),
                        Put.of(jobKeys.of(reserved), jobCodec.encode(reserved, queued)),
                        Put.of(nodeKeys.ledger(id), nodeCodec.encode(ledger, node.ledgerEntry())))
                    .otherwise(Read.of(from).keysOnly(), Read.of(jobKeys.of(reserved)).keysOnly()));
    if (commit.conditionsHeld()) {
      return Reservation.DONE;
    }
    List<Entry> waiting = commit.read(0).entries();
    boolean isGone =
        waiting.isEmpty()
            || !waiting.getFirst().modified().equals(queued.entry().modified())
            || !commit.read(1).entries().isEmpty();
    return isGone ? Reservation.JOB_GONE : Reservation.NODE_CHANGED;
  }

  /**
   * Writes a changed job, into another place if its status belongs there, and its node's account.
   *
   * @param before the version that was read
   * @param after what it says now
   * @param account the account that was read, if it can be
   * @param next what the account says now
   * @param fences what must hold besides
   * @return whether everything was still as it was read
   */
  boolean move(
      StoredJob before,
      Job after,
      Optional<Account> account,
      Optional<NodeLedger> next,
      Condition... fences) {
    List<Condition> conditions = new ArrayList<>(List.of(fences));
    List<Operation> operations = new ArrayList<>();
    Key from = before.entry().key();
    Key to = jobKeys.of(after);
    conditions.add(Condition.unchanged(before.entry()));
    if (!from.equals(to)) {
      conditions.add(Condition.absent(to));
      operations.add(Delete.of(from));
    }
    operations.add(Put.of(to, jobCodec.encode(after, before)));
    if (account.isPresent() && !next.equals(account.map(Account::ledger))) {
      write(account.get(), next.orElseThrow(), conditions, operations);
    }
    return commit(conditions, operations);
  }

  /** Writes an account; returns whether it was still as it was read. */
  boolean correct(Account account, NodeLedger next, Condition... fences) {
    List<Condition> conditions = new ArrayList<>(List.of(fences));
    List<Operation> operations = new ArrayList<>();
    write(account, next, conditions, operations);
    return commit(conditions, operations);
  }

  /** Reads the account of a node, if it can be read. */
  Optional<Account> account(NodeId node) {
    return account(node, store.keyValues().read(Read.of(nodeKeys.ledger(node))));
  }

  /** Returns the condition that a node is not alive. */
  Condition isLost(NodeId node) {
    return Condition.absent(nodeKeys.liveness(node));
  }

  Stats stats() {
    Commit commit =
        store
            .keyValues()
            .commit(
                Transaction.of(
                    Read.of(nodeKeys.nodes()).countOnly(),
                    Read.of(nodeKeys.livenesses()).countOnly(),
                    Read.of(jobKeys.in(JobStatus.Place.QUEUE)).countOnly(),
                    Read.of(jobKeys.in(JobStatus.Place.ACTIVE)).countOnly(),
                    Read.of(jobKeys.in(JobStatus.Place.HISTORY)).countOnly()));
    return new Stats(
        commit.read(0).count(),
        commit.read(1).count(),
        commit.read(2).count(),
        commit.read(3).count(),
        commit.read(4).count(),
        finished(commit.revision()));
  }

  private Map<JobStatus, Long> finished(Revision at) {
    Map<JobStatus, Long> finished = new EnumMap<>(JobStatus.class);
    KeyRange range = nodeKeys.ledgers();
    Key start = range.start();
    Key end = range.end().orElseThrow();
    while (true) {
      Slice slice =
          store
              .keyValues()
              .read(Read.of(KeyRange.between(start, end)).at(at).limitedTo(READ_AT_ONCE));
      for (Entry entry : slice.entries()) {
        try {
          nodeCodec
              .decodeLedger(entry)
              .finished()
              .forEach((status, count) -> finished.merge(status, count, Long::sum));
        } catch (UnreadableDocumentException skipped) {
          // It is shown as invalid in the list of nodes.
        }
      }
      if (!slice.more()) {
        return finished;
      }
      start = slice.entries().getLast().key().next();
    }
  }

  private void write(
      Account account, NodeLedger next, List<Condition> conditions, List<Operation> operations) {
    Key key = nodeKeys.ledger(next.node());
    conditions.add(unchanged(key, account.entry()));
    operations.add(Put.of(key, nodeCodec.encode(next, account.entry())));
  }

  private boolean commit(List<Condition> conditions, List<Operation> operations) {
    return store
        .keyValues()
        .commit(new Transaction(conditions, operations, List.of()))
        .conditionsHeld();
  }

  private JobLookup decode(Slice slice) {
    if (slice.entries().isEmpty()) {
      return new JobLookup.Missing();
    }
    Entry entry = slice.entries().getFirst();
    try {
      return new JobLookup.Found(jobCodec.decode(entry));
    } catch (UnreadableDocumentException unreadable) {
      return new JobLookup.Unreadable(new InvalidDocument(entry.key(), unreadable.problem()));
    }
  }

  private Optional<Account> account(NodeId node, Slice slice) {
    if (slice.entries().isEmpty()) {
      return Optional.of(new Account(NodeLedger.empty(node), Optional.empty()));
    }
    Entry entry = slice.entries().getFirst();
    try {
      return Optional.of(new Account(nodeCodec.decodeLedger(entry), Optional.of(entry)));
    } catch (UnreadableDocumentException unreadable) {
      return Optional.empty();
    }
  }

  private static Condition unchanged(Key key, Optional<Entry> read) {
    return read.map(Condition::unchanged).orElseGet(() -> Condition.absent(key));
  }
}

package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Change;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.LeaseRecord;
import dev.plinth.storage.mvcc.Mutation;
import java.util.ArrayList;
import java.util.List;

/** The answers that data alone gives. Stateless. */
final class KeyspaceReads {
  private static final int PULL_CHANGES = 1_000;

  /** So many revisions are looked at in one pull, however few of them are wanted (H14). */
  private static final int PULL_REVISIONS = 5_000;

  private KeyspaceReads() {}

  /**
   * Answers from this data.
   *
   * @throws StoreException if what is asked cannot be answered, such as a revision that is gone
   */
  static Answer answer(Request.Question question, Keyspace keyspace) {
    return switch (question) {
      case Request.Ask ask -> new Answer.Committed(keyspace.edit().commit(ask.transaction()));
      case Request.Current current -> new Answer.Done(keyspace.revision());
      case Request.ListLeases list ->
          new Answer.LeaseNames(keyspace.leases().stream().map(LeaseRecord::id).toList());
      case Request.Status status -> condition(keyspace);
      case Request.Pull pull -> changes(pull, keyspace);
    };
  }

  private static Answer condition(Keyspace keyspace) {
    return new Answer.Condition(
        keyspace.revision(),
        keyspace.compacted(),
        keyspace.keys(),
        keyspace.sizeBytes(),
        keyspace.historyRevisions(),
        keyspace.digest());
  }

  private static Answer changes(Request.Pull pull, Keyspace keyspace) {
    Revision revision = keyspace.revision();
    Revision compacted = keyspace.compacted();
    if (compacted.isAfter(pull.from())) {
      return new Answer.Changes(revision, compacted, Revision.ZERO, List.of());
    }
    List<Change> changes = new ArrayList<>();
    long[] looked = {pull.from().value() - 1, 0, 0};
    boolean complete =
        keyspace.forEachRevision(
            pull.from(),
            revised -> {
              for (int i = 0; i < revised.size(); i++) {
                Mutation mutation = revised.mutation(i);
                Change.Kind kind = mutation.isDeletion() ? Change.Kind.DELETE : Change.Kind.PUT;
                if (pull.kinds().contains(kind) && pull.range().contains(mutation.key())) {
                  Change change = mutation.change(pull.previousValues());
                  changes.add(change);
                  looked[1] += bytes(change);
                }
              }
              looked[0] = revised.revision().value();
              looked[2]++;
              return changes.size() < PULL_CHANGES
                  && looked[1] < pull.bytes()
                  && looked[2] < PULL_REVISIONS;
            });
    Revision through =
        complete ? Revision.of(Math.max(looked[0], revision.value())) : Revision.of(looked[0]);
    return new Answer.Changes(revision, compacted, through, changes);
  }

  private static long bytes(Change change) {
    return change.key().size()
        + change.entry().value().size()
        + change.previous().map(before -> (long) before.value().size()).orElse(0L);
  }
}

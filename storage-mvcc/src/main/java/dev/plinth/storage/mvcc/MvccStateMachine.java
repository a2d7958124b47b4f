package dev.plinth.storage.mvcc;

import dev.plinth.spi.Commit;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;

/**
 * Applies commands to keyspaces. The same command on the same keyspace gives the same next keyspace
 * and the same answer, wherever and whenever it runs.
 *
 * <p>Stateless. Numbering commands and noticing repeated ones is left to whoever replicates them.
 */
public final class MvccStateMachine {
  private MvccStateMachine() {}

  /** What a command did. */
  public sealed interface Answer {
    /**
     * Returns the revision afterwards.
     *
     * @return unmoved if nothing changed
     */
    Revision revision();
  }

  /**
   * A transaction was applied.
   *
   * @param commit what it did
   */
  public record Committed(Commit commit) implements Answer {
    @Override
    public Revision revision() {
      return commit.revision();
    }
  }

  /**
   * A lease was granted.
   *
   * @param revision unmoved
   * @param lease the lease
   */
  public record Granted(Revision revision, LeaseRecord lease) implements Answer {}

  /**
   * A lease was ended, or history given up.
   *
   * @param revision afterwards
   */
  public record Done(Revision revision) implements Answer {}

  /**
   * The result of a command.
   *
   * @param next the keyspace afterwards
   * @param answer for whoever sent the command
   */
  public record Applied(Keyspace next, Answer answer) {}

  /**
   * Applies one command.
   *
   * @param keyspace stays as it is
   * @param command what to do
   * @return the next keyspace and the answer
   * @throws StoreException if the command is refused; nothing changed
   */
  public static Applied apply(Keyspace keyspace, Command command) {
    KeyspaceEdit edit = keyspace.edit();
    Answer answer =
        switch (command) {
          case Command.Write write -> new Committed(edit.commit(write.transaction()));
          case Command.Grant grant -> {
            LeaseRecord lease = edit.grant(grant.id(), grant.ttl());
            yield new Granted(edit.revision(), lease);
          }
          case Command.Revoke revoke -> new Done(edit.revoke(revoke.id()));
          case Command.Expire expire -> {
            boolean same =
                edit.lease(expire.id())
                    .filter(lease -> lease.generation() == expire.generation())
                    .isPresent();
            yield new Done(same ? edit.revoke(expire.id()) : edit.revision());
          }
          case Command.Compact compact -> {
            edit.compact(compact.oldest());
            yield new Done(edit.revision());
          }
        };
    return new Applied(edit.finish(), answer);
  }
}

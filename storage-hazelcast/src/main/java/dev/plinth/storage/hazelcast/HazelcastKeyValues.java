package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Commit;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.Transaction;

/**
 * Keys and values. Writes travel in a batch to the owner of the keyspace; reads look at this
 * member's replica once the owner has confirmed it, or travel where there is none.
 */
final class HazelcastKeyValues implements KeyValues {
  private final HazelcastLines lines;
  private final StoreLimits limits;

  HazelcastKeyValues(HazelcastLines lines, StoreLimits limits) {
    this.lines = lines;
    this.limits = limits;
  }

  @Override
  public Slice read(Read read) {
    RequestRules.check(read);
    // One that may be stale is confirmed as well: what the owner holds alone may be lost with it.
    return lines.read(read);
  }

  @Override
  public Commit commit(Transaction transaction) {
    RequestRules.check(transaction, limits);
    boolean reads =
        HazelcastLines.isReadOnly(transaction.then())
            && HazelcastLines.isReadOnly(transaction.otherwise());
    return committed(
        reads
            ? lines.answer(new Request.Ask(transaction))
            : lines.writes().ask(new Request.Write(transaction)));
  }

  private static Commit committed(Answer answer) {
    return ((Answer.Committed) answer).commit();
  }

  @Override
  public Revision compact(Revision revision) {
    return ((Answer.Done) lines.writes().ask(new Request.Compact(revision))).revision();
  }

  @Override
  public Revision current() {
    return ((Answer.Done) lines.answer(new Request.Current())).revision();
  }
}

package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Operation;
import dev.plinth.spi.Read;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Transaction;
import java.util.List;
import java.util.Optional;

/**
 * The ways to the owner of a keyspace.
 *
 * @param link which keyspace
 * @param writes one batch after the other, so that each can be asked for again
 * @param reads confirmed by all replicas, and answered here if this member holds one; for what
 *     {@link #read} and {@link #answer} do not know already
 */
record HazelcastLines(HazelcastLink link, HazelcastCommandLine writes, HazelcastCommandLine reads) {
  /** With more of them each would carry fewer; what it costs is the way, not the load. */
  private static final int READS_UNDER_WAY = 1;

  static HazelcastLines over(HazelcastLink link) {
    return new HazelcastLines(
        link,
        new HazelcastCommandLine(link, BatchMode.WRITES, 1),
        new HazelcastCommandLine(link, BatchMode.READS, READS_UNDER_WAY));
  }

  /** Whether operations change nothing, whatever they find. */
  static boolean isReadOnly(List<Operation> operations) {
    for (Operation operation : operations) {
      boolean reads =
          operation instanceof Read
              || (operation instanceof Transaction nested
                  && isReadOnly(nested.then())
                  && isReadOnly(nested.otherwise()));
      if (!reads) {
        return false;
      }
    }
    return true;
  }

  /** Reads and waits for what there is. */
  Slice read(Read read) {
    Optional<HazelcastState> known = link.known();
    return known.isPresent() ? known.get().keyspace().read(read) : reads.read(read);
  }

  /**
   * Asks and waits for the answer.
   *
   * @throws StoreException if the question was refused, or no answer came in time
   */
  Answer answer(Request.Question question) {
    Optional<HazelcastState> known = link.known();
    return known.isPresent()
        ? KeyspaceReads.answer(question, known.get().keyspace())
        : reads.ask(question);
  }

  void close() {
    link.ownerReads().close();
    writes.close();
    reads.close();
  }
}

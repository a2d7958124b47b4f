package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Operation;
import dev.plinth.spi.Read;
import dev.plinth.spi.Transaction;
import java.util.List;

/**
 * The ways to the owner of a keyspace.
 *
 * @param link which keyspace
 * @param writes one batch after the other, so that each can be asked for again
 * @param reads confirmed by all replicas, and answered here if this member holds one
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

  void close() {
    writes.close();
    reads.close();
  }
}

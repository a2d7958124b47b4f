package dev.plinth.storage.etcd;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Transaction;
import java.util.List;

/**
 * Sends what many callers do to single keys together: reads of the present in one read-only
 * transaction, unconditional writes of different keys in one that writes (G1).
 *
 * <p>Thread-safe. What may not be shared is for {@link EtcdKeyValues} to send: anything with a
 * condition, on a range, of the past, or that may be behind.
 */
final class EtcdGroupCommit {
  /** What an operation takes of a request beside its key and value, counted generously. */
  private static final int OPERATION_BYTES = 64;

  private final EtcdConnection connection;
  private final EtcdBatchLine reads;
  private final EtcdBatchLine writes;

  EtcdGroupCommit(EtcdConnection connection) {
    this.connection = connection;
    int operations = connection.limits().operations();
    long bytes = connection.limits().requestBytes();
    this.reads = new EtcdBatchLine(connection, EtcdCall.READ, operations, bytes);
    this.writes = new EtcdBatchLine(connection, EtcdCall.WRITE, operations, bytes);
  }

  /** Says whether a read may share a transaction: one key, as it is now. */
  static boolean isShareable(Read read) {
    return read.range().isSingle()
        && read.revision().value() <= 0
        && read.consistency() == Read.Consistency.LINEARIZABLE;
  }

  /**
   * Says whether a transaction may become part of another: one write of one key, which nothing in
   * the data can refuse but a missing lease.
   */
  static boolean isShareable(Transaction transaction) {
    return transaction.conditions().isEmpty()
        && transaction.otherwise().isEmpty()
        && transaction.then().size() == 1
        && switch (transaction.then().getFirst()) {
          case Put put -> put.value().isPresent() && !(put.lease() instanceof Put.Attachment.Kept);
          case Delete delete -> delete.range().isSingle();
          case Read read -> false;
          case Transaction nested -> false;
        };
  }

  /**
   * Reads one key.
   *
   * @param read one that {@link #isShareable(Read)}
   * @return what was found
   * @throws StoreException if the store failed
   */
  Slice read(Read read) {
    EtcdBatchedCall done = run(reads, EtcdCall.READ, read, read.range().start().size());
    return (Slice) EtcdCodec.outcome(done.answer(), done.revision());
  }

  /**
   * Writes one key.
   *
   * @param transaction one that {@link #isShareable(Transaction)}
   * @return what it did
   * @throws StoreException if the store failed
   */
  Commit commit(Transaction transaction) {
    return switch (transaction.then().getFirst()) {
      case Put put -> write(put, put.key().size() + put.value().map(Bytes::size).orElse(0));
      case Delete delete -> write(delete, delete.range().start().size());
      case Read read -> throw new IllegalArgumentException("not a write: " + read);
      case Transaction nested -> throw new IllegalArgumentException("not one write: " + nested);
    };
  }

  private Commit write(Operation operation, int bytes) {
    EtcdBatchedCall done = run(writes, EtcdCall.WRITE, operation, bytes);
    return new Commit(
        Revision.of(done.revision()),
        true,
        List.of(EtcdCodec.outcome(done.answer(), done.revision())));
  }

  private EtcdBatchedCall run(EtcdBatchLine line, EtcdCall kind, Operation operation, int bytes) {
    return line.run(
        new EtcdBatchedCall(EtcdCodec.operation(operation), bytes + OPERATION_BYTES, kind),
        EtcdDeadline.in(connection.config().requestTimeout(), connection.runtime()));
  }
}

package dev.plinth.storage.etcd;

import com.google.protobuf.ByteString;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Transaction;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.TxnRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Keys and values: what may share a transaction does, everything else is a call of its own. */
final class EtcdKeyValues implements KeyValues {
  private final EtcdConnection connection;
  private final EtcdCompactedRevision compacted;
  private final Optional<EtcdGroupCommit> together;

  EtcdKeyValues(EtcdConnection connection, EtcdCompactedRevision compacted) {
    this.connection = connection;
    this.compacted = compacted;
    this.together =
        connection.config().groupCommit()
            ? Optional.of(new EtcdGroupCommit(connection))
            : Optional.empty();
  }

  @Override
  public Slice read(Read read) {
    RequestRules.check(read);
    if (together.isPresent() && EtcdGroupCommit.isShareable(read)) {
      return together.get().read(read);
    }
    return withHistory(() -> send(read));
  }

  private Slice send(Read read) {
    RangeRequest request = EtcdCodec.read(read);
    if (read.consistency() == Read.Consistency.SERIALIZABLE) {
      long seen = connection.incarnation().highest();
      Slice slice = EtcdCodec.slice(connection.readLocally(KVGrpc.getRangeMethod(), request));
      if (slice.revision().value() >= seen) {
        return slice;
      }
      // This member is behind what this client saw already (G7), so all of them are asked.
      request = request.toBuilder().setSerializable(false).build();
    }
    return EtcdCodec.slice(connection.read(KVGrpc.getRangeMethod(), request));
  }

  @Override
  public Commit commit(Transaction transaction) {
    RequestRules.check(transaction, connection.limits());
    if (together.isPresent() && EtcdGroupCommit.isShareable(transaction)) {
      return together.get().commit(transaction);
    }
    if (transaction.then().isEmpty() && transaction.otherwise().isEmpty()) {
      return ask(transaction.conditions());
    }
    TxnRequest request = EtcdCodec.transaction(transaction);
    boolean reads = isReadOnly(transaction.then()) && isReadOnly(transaction.otherwise());
    return withHistory(() ->
        EtcdCodec.commit(
            reads
                ? connection.read(KVGrpc.getTxnMethod(), request)
                : connection.write(KVGrpc.getTxnMethod(), request)));
  }

  private Commit ask(List<Condition> conditions) {
    return conditions.isEmpty()
        ? connection.probe().ask(key -> ask(conditions, key))
        : ask(conditions, EtcdCodec.bytes(conditions.getFirst().range().start()));
  }

  private Commit ask(List<Condition> conditions, ByteString key) {
    return EtcdCodec.answer(
        connection.read(KVGrpc.getTxnMethod(), EtcdCodec.question(conditions, key)));
  }

  private static boolean isReadOnly(List<Operation> operations) {
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

  @Override
  public Revision compact(Revision revision) {
    CompactionRequest request =
        CompactionRequest.newBuilder().setRevision(revision.value()).build();
    return withHistory(() ->
        Revision.of(
            connection.write(KVGrpc.getCompactMethod(), request).getHeader().getRevision()));
  }

  @Override
  public Revision current() {
    return connection.probe().ask(this::revisionAt);
  }

  private Revision revisionAt(ByteString key) {
    RangeRequest request = RangeRequest.newBuilder().setKey(key).setCountOnly(true).build();
    return Revision.of(connection.read(KVGrpc.getRangeMethod(), request).getHeader().getRevision());
  }

  /** Adds the revision that etcd does not tell to the failure that says what is compacted. */
  private <T> T withHistory(Supplier<T> call) {
    try {
      return call.get();
    } catch (HistoryLostException lost) {
      throw new HistoryLostException(compacted.ask());
    }
  }
}

package dev.plinth.storage.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnsafeByteOperations;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Transaction;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Values of the contract as messages of etcd, and back.
 *
 * <p>Fields that the generated classes do not know yet are sent as unknown ones; the numbers are
 * those of etcd's rpc.proto.
 */
final class EtcdCodec {
  /** A range end of one zero byte: every key from the start on. */
  private static final ByteString NO_END = ByteString.copyFrom(new byte[1]);

  /** {@code Compare.LEASE} and the field of its operand. */
  private static final int COMPARE_LEASE = 4;

  private static final int COMPARE_LEASE_OPERAND = 8;

  private EtcdCodec() {}

  static ByteString bytes(Key key) {
    return UnsafeByteOperations.unsafeWrap(key.asReadOnlyBuffer());
  }

  static ByteString bytes(Bytes bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes.asReadOnlyBuffer());
  }

  static Key key(ByteString bytes) {
    return Key.of(bytes.toByteArray());
  }

  /** Hands over the start of a range, and its end unless it is a single key. */
  static void range(KeyRange range, Consumer<ByteString> start, Consumer<ByteString> end) {
    start.accept(bytes(range.start()));
    if (!range.isSingle()) {
      end.accept(range.end().map(EtcdCodec::bytes).orElse(NO_END));
    }
  }

  /** Makes the content of a field that the generated classes lack. */
  static UnknownFieldSet field(int number, long value) {
    return UnknownFieldSet.newBuilder()
        .addField(number, UnknownFieldSet.Field.newBuilder().addVarint(value).build())
        .build();
  }

  /** Sets a flag that the generated classes lack. */
  static UnknownFieldSet flag(int number) {
    return field(number, 1);
  }

  // --- Requests ---

  static TxnRequest transaction(Transaction transaction) {
    TxnRequest.Builder request = TxnRequest.newBuilder();
    transaction.conditions().forEach(condition -> request.addCompare(compare(condition)));
    transaction.then().forEach(operation -> request.addSuccess(operation(operation)));
    transaction.otherwise().forEach(operation -> request.addFailure(operation(operation)));
    return request.build();
  }

  static RequestOp operation(Operation operation) {
    return switch (operation) {
      // etcd answers a transaction of nothing but serialisable reads, its conditions too, from the
      // state of one member; here a transaction always sees the present (G6).
      case Read read ->
          RequestOp.newBuilder()
              .setRequestRange(range(read, Read.Consistency.LINEARIZABLE))
              .build();
      case Put put -> RequestOp.newBuilder().setRequestPut(put(put)).build();
      case Delete delete -> RequestOp.newBuilder().setRequestDeleteRange(delete(delete)).build();
      case Transaction nested -> RequestOp.newBuilder().setRequestTxn(transaction(nested)).build();
    };
  }

  static RangeRequest read(Read read) {
    return range(read, read.consistency());
  }

  private static RangeRequest range(Read read, Read.Consistency consistency) {
    RangeRequest.Builder request = RangeRequest.newBuilder();
    range(read.range(), request::setKey, request::setRangeEnd);
    if (read.order().target() != Read.SortTarget.KEY
        || read.order().direction() != Read.Direction.ASCENDING) {
      request
          .setSortTarget(
              switch (read.order().target()) {
                case KEY -> RangeRequest.SortTarget.KEY;
                case VERSION -> RangeRequest.SortTarget.VERSION;
                case CREATED -> RangeRequest.SortTarget.CREATE;
                case MODIFIED -> RangeRequest.SortTarget.MOD;
                case VALUE -> RangeRequest.SortTarget.VALUE;
              })
          .setSortOrder(
              switch (read.order().direction()) {
                case ASCENDING -> RangeRequest.SortOrder.ASCEND;
                case DESCENDING -> RangeRequest.SortOrder.DESCEND;
              });
    }
    return request
        .setRevision(Math.max(0, read.revision().value()))
        .setLimit(Math.max(0, read.limit()))
        .setMinModRevision(Math.max(0, read.filter().minModified().value()))
        .setMaxModRevision(Math.max(0, read.filter().maxModified().value()))
        .setMinCreateRevision(Math.max(0, read.filter().minCreated().value()))
        .setMaxCreateRevision(Math.max(0, read.filter().maxCreated().value()))
        .setKeysOnly(read.projection() == Read.Projection.KEYS)
        .setCountOnly(read.projection() == Read.Projection.COUNT)
        .setSerializable(consistency == Read.Consistency.SERIALIZABLE)
        .build();
  }

  private static PutRequest put(Put put) {
    PutRequest.Builder request =
        PutRequest.newBuilder().setKey(bytes(put.key())).setPrevKv(put.returnsPrevious());
    put.value()
        .ifPresentOrElse(
            value -> request.setValue(bytes(value)), () -> request.setIgnoreValue(true));
    switch (put.lease()) {
      case Put.Attachment.To to -> request.setLease(to.lease().value());
      case Put.Attachment.Kept kept -> request.setIgnoreLease(true);
      case Put.Attachment.Detached detached -> {}
    }
    return request.build();
  }

  private static DeleteRangeRequest delete(Delete delete) {
    DeleteRangeRequest.Builder request = DeleteRangeRequest.newBuilder();
    range(delete.range(), request::setKey, request::setRangeEnd);
    return request.setPrevKv(delete.returnsPrevious()).build();
  }

  private static Compare compare(Condition condition) {
    Compare.Builder compare =
        Compare.newBuilder()
            .setResult(
                switch (condition.relation()) {
                  case EQUAL -> Compare.CompareResult.EQUAL;
                  case NOT_EQUAL -> Compare.CompareResult.NOT_EQUAL;
                  case LESS -> Compare.CompareResult.LESS;
                  case GREATER -> Compare.CompareResult.GREATER;
                });
    range(condition.range(), compare::setKey, compare::setRangeEnd);
    switch (condition) {
      case Condition.Value value ->
          compare.setTarget(Compare.CompareTarget.VALUE).setValue(bytes(value.operand()));
      case Condition.Version version ->
          compare.setTarget(Compare.CompareTarget.VERSION).setVersion(version.operand());
      case Condition.Created created ->
          compare
              .setTarget(Compare.CompareTarget.CREATE)
              .setCreateRevision(created.operand().value());
      case Condition.Modified modified ->
          compare.setTarget(Compare.CompareTarget.MOD).setModRevision(modified.operand().value());
      case Condition.Lease lease ->
          compare
              .setTargetValue(COMPARE_LEASE)
              .setUnknownFields(field(COMPARE_LEASE_OPERAND, lease.operand().value()));
    }
    return compare.build();
  }

  // --- Answers ---

  static Commit commit(TxnResponse answer) {
    return commit(answer, answer.getHeader().getRevision());
  }

  /**
   * Asks only whether conditions hold. A read goes with them, because etcd answers a transaction
   * without any from the state of one member, which may be behind (G6).
   *
   * @param conditions any
   * @param key one that may be read
   * @return a transaction whose outcomes are of no interest
   */
  static TxnRequest question(List<Condition> conditions, ByteString key) {
    RequestOp read =
        RequestOp.newBuilder()
            .setRequestRange(RangeRequest.newBuilder().setKey(key).setCountOnly(true))
            .build();
    TxnRequest.Builder request = TxnRequest.newBuilder().addSuccess(read).addFailure(read);
    conditions.forEach(condition -> request.addCompare(compare(condition)));
    return request.build();
  }

  /** Reads the answer to a {@link #question}. */
  static Commit answer(TxnResponse answer) {
    return new Commit(
        Revision.of(answer.getHeader().getRevision()), answer.getSucceeded(), List.of());
  }

  private static Commit commit(TxnResponse answer, long revision) {
    List<Outcome> outcomes = new ArrayList<>(answer.getResponsesCount());
    for (ResponseOp response : answer.getResponsesList()) {
      outcomes.add(outcome(response, revisionOf(response, revision)));
    }
    return new Commit(Revision.of(revision), answer.getSucceeded(), outcomes);
  }

  /** What came before the first change of a transaction says the revision before it. */
  private static long revisionOf(ResponseOp response, long whole) {
    long inner =
        switch (response.getResponseCase()) {
          case RESPONSE_RANGE -> response.getResponseRange().getHeader().getRevision();
          case RESPONSE_PUT -> response.getResponsePut().getHeader().getRevision();
          case RESPONSE_DELETE_RANGE -> response.getResponseDeleteRange().getHeader().getRevision();
          // Nested ones carry none.
          case RESPONSE_TXN, RESPONSE_NOT_SET -> 0;
        };
    return inner == 0 ? whole : inner;
  }

  /**
   * Reads the answer to one operation.
   *
   * @param response the answer
   * @param revision what the outcome says of it
   * @return what the operation did
   */
  static Outcome outcome(ResponseOp response, long revision) {
    return switch (response.getResponseCase()) {
      case RESPONSE_RANGE -> slice(response.getResponseRange(), revision);
      case RESPONSE_PUT -> written(response.getResponsePut(), revision);
      case RESPONSE_DELETE_RANGE -> deleted(response.getResponseDeleteRange(), revision);
      case RESPONSE_TXN -> commit(response.getResponseTxn(), revision);
      case RESPONSE_NOT_SET -> throw new IllegalArgumentException("an operation was not answered");
    };
  }

  static Slice slice(RangeResponse answer) {
    return slice(answer, answer.getHeader().getRevision());
  }

  private static Slice slice(RangeResponse answer, long revision) {
    List<Entry> entries = new ArrayList<>(answer.getKvsCount());
    for (KeyValue entry : answer.getKvsList()) {
      entries.add(entry(entry));
    }
    return new Slice(Revision.of(revision), entries, answer.getCount(), answer.getMore());
  }

  private static Outcome.Written written(PutResponse answer, long revision) {
    return new Outcome.Written(
        Revision.of(revision),
        answer.hasPrevKv() ? Optional.of(entry(answer.getPrevKv())) : Optional.empty());
  }

  private static Outcome.Deleted deleted(DeleteRangeResponse answer, long revision) {
    return new Outcome.Deleted(
        Revision.of(revision),
        answer.getDeleted(),
        answer.getPrevKvsList().stream().map(EtcdCodec::entry).toList());
  }

  static Entry entry(KeyValue entry) {
    return new Entry(
        key(entry.getKey()),
        Bytes.of(entry.getValue().toByteArray()),
        Revision.of(entry.getCreateRevision()),
        Revision.of(entry.getModRevision()),
        entry.getVersion(),
        entry.getLease() == 0 ? Optional.empty() : Optional.of(LeaseId.of(entry.getLease())));
  }

  static Change change(Event event) {
    Change change =
        event.getType() == Event.EventType.DELETE
            ? Change.delete(
                key(event.getKv().getKey()), Revision.of(event.getKv().getModRevision()))
            : Change.put(entry(event.getKv()));
    return event.hasPrevKv() ? change.withPrevious(entry(event.getPrevKv())) : change;
  }
}

package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Transaction;
import java.util.List;
import java.util.Optional;

/** Transactions, with all that can be in them, as bytes. Stateless. */
final class TransactionCodec {
  private static final List<Read.SortTarget> TARGETS = List.of(Read.SortTarget.values());
  private static final List<Read.Direction> DIRECTIONS = List.of(Read.Direction.values());
  private static final List<Read.Projection> PROJECTIONS = List.of(Read.Projection.values());
  private static final List<Read.Consistency> CONSISTENCIES = List.of(Read.Consistency.values());
  private static final List<Relation> RELATIONS = List.of(Relation.values());

  private TransactionCodec() {}

  static void write(Transaction transaction, WireWriter out) {
    out.all(transaction.conditions(), condition -> write(condition, out));
    out.all(transaction.then(), operation -> write(operation, out));
    out.all(transaction.otherwise(), operation -> write(operation, out));
  }

  static Transaction read(WireReader in) {
    List<Condition> conditions = in.all(() -> condition(in));
    List<Operation> then = in.all(() -> operation(in));
    return new Transaction(conditions, then, in.all(() -> operation(in)));
  }

  private static void write(Condition condition, WireWriter out) {
    switch (condition) {
      case Condition.Value value -> head(0, value, out).bytes(value.operand());
      case Condition.Version version -> head(1, version, out).number(version.operand());
      case Condition.Created created -> head(2, created, out).revision(created.operand());
      case Condition.Modified modified -> head(3, modified, out).revision(modified.operand());
      case Condition.Lease lease -> head(4, lease, out).lease(lease.operand());
    }
  }

  private static WireWriter head(int kind, Condition condition, WireWriter out) {
    out.octet(kind);
    out.range(condition.range());
    out.constant(condition.relation());
    return out;
  }

  private static Condition condition(WireReader in) {
    int kind = in.octet();
    KeyRange range = in.range();
    Relation relation = RELATIONS.get(in.octet());
    return switch (kind) {
      case 0 -> new Condition.Value(range, relation, in.bytes());
      case 1 -> new Condition.Version(range, relation, in.number());
      case 2 -> new Condition.Created(range, relation, in.revision());
      case 3 -> new Condition.Modified(range, relation, in.revision());
      case 4 -> new Condition.Lease(range, relation, in.lease());
      default -> throw WireReader.unknown("condition", kind);
    };
  }

  private static void write(Operation operation, WireWriter out) {
    switch (operation) {
      case Read read -> {
        out.octet(0);
        write(read, out);
      }
      case Put put -> {
        out.octet(1);
        write(put, out);
      }
      case Delete delete -> {
        out.octet(2);
        out.range(delete.range());
        out.flag(delete.returnsPrevious());
      }
      case Transaction nested -> {
        out.octet(3);
        write(nested, out);
      }
    }
  }

  private static Operation operation(WireReader in) {
    int kind = in.octet();
    return switch (kind) {
      case 0 -> readOf(in);
      case 1 -> putOf(in);
      case 2 -> {
        KeyRange range = in.range();
        yield new Delete(range, in.flag());
      }
      case 3 -> read(in);
      default -> throw WireReader.unknown("operation", kind);
    };
  }

  private static void write(Put put, WireWriter out) {
    out.key(put.key());
    out.optional(put.value(), out::bytes);
    switch (put.lease()) {
      case Put.Attachment.Detached detached -> out.octet(0);
      case Put.Attachment.Kept kept -> out.octet(1);
      case Put.Attachment.To to -> {
        out.octet(2);
        out.lease(to.lease());
      }
    }
    out.flag(put.returnsPrevious());
  }

  private static Put putOf(WireReader in) {
    Key key = in.key();
    Optional<Bytes> value = in.optional(in::bytes);
    int kind = in.octet();
    Put.Attachment lease =
        switch (kind) {
          case 0 -> new Put.Attachment.Detached();
          case 1 -> new Put.Attachment.Kept();
          case 2 -> new Put.Attachment.To(in.lease());
          default -> throw WireReader.unknown("put", kind);
        };
    return new Put(key, value, lease, in.flag());
  }

  private static void write(Read read, WireWriter out) {
    out.range(read.range());
    out.revision(read.revision());
    out.number(read.limit());
    out.constant(read.order().target());
    out.constant(read.order().direction());
    out.flag(!read.filter().isNone());
    if (!read.filter().isNone()) {
      out.revision(read.filter().minModified());
      out.revision(read.filter().maxModified());
      out.revision(read.filter().minCreated());
      out.revision(read.filter().maxCreated());
    }
    out.constant(read.projection());
    out.constant(read.consistency());
  }

  private static Read readOf(WireReader in) {
    KeyRange range = in.range();
    Revision revision = in.revision();
    long limit = in.number();
    Read.SortTarget target = TARGETS.get(in.octet());
    Read.Order order = new Read.Order(target, DIRECTIONS.get(in.octet()));
    Read.Filter filter = in.flag() ? filter(in) : Read.Filter.NONE;
    Read.Projection projection = PROJECTIONS.get(in.octet());
    return new Read(
        range, revision, limit, order, filter, projection, CONSISTENCIES.get(in.octet()));
  }

  private static Read.Filter filter(WireReader in) {
    Revision minModified = in.revision();
    Revision maxModified = in.revision();
    Revision minCreated = in.revision();
    return new Read.Filter(minModified, maxModified, minCreated, in.revision());
  }
}

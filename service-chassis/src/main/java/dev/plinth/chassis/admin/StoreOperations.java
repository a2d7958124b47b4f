package dev.plinth.chassis.admin;

import dev.plinth.chassis.http.JsonReader;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads operations and conditions from JSON. Holds nothing. */
final class StoreOperations {
  private static final List<String> TARGETS =
      List.of("value", "version", "created", "modified", "lease");
  private static final List<String> RELATIONS = List.of("=", "!=", "<", ">");
  private static final int DEEPEST = 8;

  private StoreOperations() {}

  static Put put(JsonReader reader) {
    Key key = StoreRequests.key(reader);
    Optional<Bytes> value = StoreRequests.bytes(reader, "value");
    Optional<LeaseId> lease = StoreRequests.lease(reader, "lease");
    boolean keepLease = reader.flag("keep_lease", false);
    boolean keepValue = reader.flag("keep_value", false);
    boolean previous = reader.flag("previous", false);
    if (value.isPresent() == keepValue) {
      reader.reject("value", "exactly one of value and keep_value is needed");
    }
    if (lease.isPresent() && keepLease) {
      reader.reject("keep_lease", "does not go with lease");
    }
    Put.Attachment attachment =
        keepLease
            ? new Put.Attachment.Kept()
            : lease
                .<Put.Attachment>map(Put.Attachment.To::new)
                .orElseGet(Put.Attachment.Detached::new);
    return new Put(key, value, attachment, previous);
  }

  static Transaction transaction(JsonReader reader) {
    return transaction(reader, DEEPEST);
  }

  private static Transaction transaction(JsonReader reader, int depth) {
    List<Condition> conditions = new ArrayList<>();
    for (JsonReader each : reader.objects("conditions")) {
      conditions.add(condition(each));
    }
    return new Transaction(
        conditions,
        operations(reader.objects("then"), depth),
        operations(reader.objects("otherwise"), depth));
  }

  private static List<Operation> operations(List<JsonReader> readers, int depth) {
    List<Operation> operations = new ArrayList<>();
    for (JsonReader reader : readers) {
      Optional<JsonReader> get = reader.optionalObject("get");
      Optional<JsonReader> put = reader.optionalObject("put");
      Optional<JsonReader> delete = reader.optionalObject("delete");
      Optional<JsonReader> nested = reader.optionalObject("txn");
      long given = List.of(get, put, delete, nested).stream().filter(Optional::isPresent).count();
      if (given != 1) {
        reader.reject("", "exactly one of get, put, delete, txn is needed");
      }
      get.ifPresent(each -> operations.add(read(each)));
      put.ifPresent(each -> operations.add(put(each)));
      delete.ifPresent(each ->
          operations.add(new Delete(StoreRequests.range(each), each.flag("previous", false))));
      if (nested.isPresent() && depth == 0) {
        reader.reject("txn", "transactions are nested too deeply");
      } else {
        nested.ifPresent(each -> operations.add(transaction(each, depth - 1)));
      }
    }
    return operations;
  }

  private static Read read(JsonReader reader) {
    Read read = Read.of(StoreRequests.range(reader));
    read = read.limitedTo(reader.number("limit", 0, 0, Long.MAX_VALUE));
    if (reader.flag("keys_only", false)) {
      read = read.keysOnly();
    }
    if (reader.flag("count_only", false)) {
      read = read.countOnly();
    }
    return read;
  }

  private static Condition condition(JsonReader reader) {
    KeyRange range = StoreRequests.range(reader);
    String target = reader.oneOf("target", TARGETS);
    Relation relation =
        switch (reader.oneOf("relation", RELATIONS)) {
          case "!=" -> Relation.NOT_EQUAL;
          case "<" -> Relation.LESS;
          case ">" -> Relation.GREATER;
          default -> Relation.EQUAL;
        };
    return switch (target) {
      case "version" -> new Condition.Version(range, relation, number(reader));
      case "created" -> new Condition.Created(range, relation, Revision.of(number(reader)));
      case "modified" -> new Condition.Modified(range, relation, Revision.of(number(reader)));
      case "lease" ->
          new Condition.Lease(
              range, relation, StoreRequests.lease(reader, "operand").orElse(LeaseId.NONE));
      default -> new Condition.Value(range, relation, value(reader));
    };
  }

  private static long number(JsonReader reader) {
    return reader.number("operand", 0, Long.MAX_VALUE);
  }

  private static Bytes value(JsonReader reader) {
    Optional<Bytes> operand = StoreRequests.bytes(reader, "operand");
    if (operand.isEmpty()) {
      reader.reject("operand", "is required");
    }
    return operand.orElse(Bytes.EMPTY);
  }
}

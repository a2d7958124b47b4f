package dev.plinth.service.gateway.kv;

import com.google.protobuf.UnknownFieldSet;
import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.spi.Condition;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Relation;
import dev.plinth.spi.Revision;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.Compare.CompareResult;
import io.etcd.jetcd.api.Compare.CompareTarget;
import java.util.List;
import java.util.Optional;

/**
 * Translates the comparisons of a transaction. Holds nothing.
 *
 * <p>A target that does not exist compares as equal, and a relation that does not exist holds, but
 * for values of what is missing, which never compare.
 */
final class Comparisons {
  /** The number of the target that the generated classes lack, and of the field it is in. */
  private static final int LEASE_TARGET = 4;

  private static final int LEASE_FIELD = 8;

  private Comparisons() {}

  /** Returns the condition, or nothing if it holds always. */
  static Optional<Condition> condition(Compare compare) {
    KeyRange range = Ranges.of(compare.getKey(), compare.getRangeEnd());
    Optional<Relation> relation = relation(compare.getResult());
    CompareTarget target = compare.getTarget();
    if (relation.isEmpty()) {
      return target == CompareTarget.VALUE
          ? Optional.of(new Condition.Version(range, Relation.GREATER, 0))
          : Optional.empty();
    }
    if (target == CompareTarget.UNRECOGNIZED && compare.getTargetValue() != LEASE_TARGET) {
      return relation.get() == Relation.EQUAL ? Optional.empty() : Optional.of(never(range));
    }
    return Optional.of(condition(compare, range, relation.get()));
  }

  private static Condition condition(Compare compare, KeyRange range, Relation relation) {
    return switch (compare.getTarget()) {
      case VERSION -> new Condition.Version(range, relation, compare.getVersion());
      case CREATE ->
          new Condition.Created(range, relation, Revision.of(compare.getCreateRevision()));
      case MOD -> new Condition.Modified(range, relation, Revision.of(compare.getModRevision()));
      case VALUE -> new Condition.Value(range, relation, Ranges.bytes(compare.getValue()));
      case UNRECOGNIZED -> new Condition.Lease(range, relation, LeaseId.of(lease(compare)));
    };
  }

  private static Condition never(KeyRange range) {
    return new Condition.Version(range, Relation.LESS, Long.MIN_VALUE);
  }

  private static Optional<Relation> relation(CompareResult result) {
    return switch (result) {
      case EQUAL -> Optional.of(Relation.EQUAL);
      case GREATER -> Optional.of(Relation.GREATER);
      case LESS -> Optional.of(Relation.LESS);
      case NOT_EQUAL -> Optional.of(Relation.NOT_EQUAL);
      case UNRECOGNIZED -> Optional.empty();
    };
  }

  private static long lease(Compare compare) {
    UnknownFieldSet fields = compare.getUnknownFields();
    List<Long> values =
        fields.hasField(LEASE_FIELD) ? fields.getField(LEASE_FIELD).getVarintList() : List.of();
    return values.isEmpty() ? 0 : values.getLast();
  }
}

package dev.plinth.spi;

import static dev.plinth.spi.RequestRefusedException.Reason.DUPLICATE_KEY;
import static dev.plinth.spi.RequestRefusedException.Reason.KEY_NOT_PROVIDED;
import static dev.plinth.spi.RequestRefusedException.Reason.REQUEST_TOO_LARGE;
import static dev.plinth.spi.RequestRefusedException.Reason.TOO_MANY_OPERATIONS;
import static dev.plinth.spi.RequestRefusedException.Reason.TTL_OUT_OF_RANGE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The checks every store makes before any effect, in one place and in one order: limits and keys,
 * duplicates, size (G12, G13). What needs the data (leases, kept values, revisions) is checked by
 * the store after them.
 *
 * <p>For those who write a store. Stateless.
 *
 * @since 0.1
 */
public final class RequestRules {
  /**
   * What a request takes beyond its keys and values, counted generously so that no server finds it
   * larger.
   */
  private static final int REQUEST_OVERHEAD_BYTES = 128;

  private static final int PART_OVERHEAD_BYTES = 64;

  private RequestRules() {}

  /**
   * Checks a read.
   *
   * @param read what is asked for
   * @throws RequestRefusedException if its range starts with an empty key
   */
  public static void check(Read read) {
    checkKey(read.range().start());
  }

  /**
   * Checks a transaction, nested ones included.
   *
   * @param transaction what is asked for
   * @param limits what the store accepts
   * @throws RequestRefusedException naming the first rule that it breaks
   */
  public static void check(Transaction transaction, StoreLimits limits) {
    checkParts(transaction, limits.operations());
    if (transaction.then().size() > 1
        || transaction.otherwise().size() > 1
        || transaction.then().stream().anyMatch(Transaction.class::isInstance)
        || transaction.otherwise().stream().anyMatch(Transaction.class::isInstance)) {
      writesOf(transaction.then());
      writesOf(transaction.otherwise());
    }
    long size = sizeOf(transaction);
    if (size > limits.requestBytes()) {
      throw new RequestRefusedException(
          REQUEST_TOO_LARGE, size + " bytes, at most " + limits.requestBytes());
    }
  }

  /**
   * Checks the range of a watch.
   *
   * @param options what is asked for
   * @throws RequestRefusedException if its range is empty or starts with an empty key
   */
  public static void check(WatchOptions options) {
    checkKey(options.range().start());
    if (options.range().isEmpty()) {
      throw new RequestRefusedException(
          RequestRefusedException.Reason.EMPTY_RANGE, options.range().toString());
    }
  }

  /**
   * Returns the time to live that a store asks for or grants.
   *
   * @param asked what the caller wants
   * @param limits what the store accepts
   * @return whole seconds, rounded up, at least the shortest
   * @throws RequestRefusedException if it is zero or less, or above the longest
   */
  public static Duration grantableTtl(Duration asked, StoreLimits limits) {
    if (asked.isZero() || asked.isNegative()) {
      throw new RequestRefusedException(TTL_OUT_OF_RANGE, asked + " is not positive");
    }
    if (asked.compareTo(limits.longestTtl()) > 0) {
      throw new RequestRefusedException(
          TTL_OUT_OF_RANGE, asked + " is above " + limits.longestTtl());
    }
    Duration whole =
        asked.getNano() == 0 ? asked : Duration.ofSeconds(Math.addExact(asked.getSeconds(), 1));
    return whole.compareTo(limits.shortestTtl()) < 0 ? limits.shortestTtl() : whole;
  }

  /**
   * Returns the size of a transaction as limits count it: keys, values, and a fixed amount for each
   * part.
   *
   * @param transaction any
   * @return bytes, at least what any server counts
   */
  public static long sizeOf(Transaction transaction) {
    return REQUEST_OVERHEAD_BYTES + partsOf(transaction);
  }

  private static long partsOf(Transaction transaction) {
    long size = PART_OVERHEAD_BYTES;
    for (Condition condition : transaction.conditions()) {
      size += PART_OVERHEAD_BYTES + bytesOf(condition.range());
      if (condition instanceof Condition.Value value) {
        size += value.operand().size();
      }
    }
    for (Operation operation : transaction.then()) {
      size += sizeOf(operation);
    }
    for (Operation operation : transaction.otherwise()) {
      size += sizeOf(operation);
    }
    return size;
  }

  private static long sizeOf(Operation operation) {
    return switch (operation) {
      case Put put ->
          PART_OVERHEAD_BYTES
              + put.key().size()
              + (put.value().isPresent() ? put.value().get().size() : 0);
      case Delete delete -> PART_OVERHEAD_BYTES + bytesOf(delete.range());
      case Read read -> PART_OVERHEAD_BYTES + bytesOf(read.range());
      case Transaction nested -> partsOf(nested);
    };
  }

  private static long bytesOf(KeyRange range) {
    int start = range.start().size();
    return range.isSingle() ? start : start + range.end().map(Key::size).orElse(1);
  }

  private static void checkParts(Transaction transaction, int allowed) {
    int parts =
        Math.max(
            transaction.conditions().size(),
            Math.max(transaction.then().size(), transaction.otherwise().size()));
    if (parts > allowed) {
      throw new RequestRefusedException(TOO_MANY_OPERATIONS, parts + ", at most " + allowed);
    }
    for (Condition condition : transaction.conditions()) {
      checkKey(condition.range().start());
    }
    checkOperations(transaction.then(), allowed - parts);
    checkOperations(transaction.otherwise(), allowed - parts);
  }

  private static void checkOperations(List<Operation> operations, int left) {
    for (Operation operation : operations) {
      switch (operation) {
        case Put put -> checkKey(put.key());
        case Delete delete -> checkKey(delete.range().start());
        case Read read -> checkKey(read.range().start());
        case Transaction nested -> checkParts(nested, left);
      }
    }
  }

  private static void checkKey(Key key) {
    if (key.isEmpty()) {
      throw new RequestRefusedException(KEY_NOT_PROVIDED);
    }
  }

  /** What one path writes: the keys put and the ranges deleted on it. */
  private record Writes(Set<Key> puts, List<KeyRange> deletes) {
    static Writes none() {
      return new Writes(new HashSet<>(), new ArrayList<>());
    }

    void put(Key key) {
      if (!puts.add(key) || deletes.stream().anyMatch(range -> range.contains(key))) {
        throw new RequestRefusedException(DUPLICATE_KEY, key.toString());
      }
    }

    void delete(KeyRange range) {
      for (Key key : puts) {
        if (range.contains(key)) {
          throw new RequestRefusedException(DUPLICATE_KEY, key.toString());
        }
      }
      deletes.add(range);
    }
  }

  private static Writes writesOf(List<Operation> operations) {
    Writes writes = Writes.none();
    for (Operation operation : operations) {
      switch (operation) {
        case Put put -> writes.put(put.key());
        case Delete delete -> writes.delete(delete.range());
        case Read read -> {}
        case Transaction nested -> addEitherBranch(nested, writes);
      }
    }
    return writes;
  }

  /**
   * Only one branch of a nested transaction runs, so they may share keys, but neither may share one
   * with the path.
   */
  private static void addEitherBranch(Transaction nested, Writes path) {
    Writes then = writesOf(nested.then());
    Writes otherwise = writesOf(nested.otherwise());
    Set<Key> puts = new HashSet<>(then.puts());
    puts.addAll(otherwise.puts());
    List<KeyRange> deletes = new ArrayList<>(then.deletes());
    deletes.addAll(otherwise.deletes());
    for (Key key : puts) {
      if (path.puts().contains(key)
          || path.deletes().stream().anyMatch(range -> range.contains(key))) {
        throw new RequestRefusedException(DUPLICATE_KEY, key.toString());
      }
    }
    for (KeyRange range : deletes) {
      for (Key key : path.puts()) {
        if (range.contains(key)) {
          throw new RequestRefusedException(DUPLICATE_KEY, key.toString());
        }
      }
    }
    path.puts().addAll(puts);
    path.deletes().addAll(deletes);
  }
}

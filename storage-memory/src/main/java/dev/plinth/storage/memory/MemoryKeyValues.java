package dev.plinth.storage.memory;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.Transaction;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import java.util.List;
import java.util.Optional;

/** Keys and values: reads go to the newest keyspace, writes through the writer. */
final class MemoryKeyValues implements KeyValues {
  /** More than a request of one part counts beside its key and value. */
  private static final int PART_BYTES = 1024;

  private final MemoryWriter writer;
  private final StoreLimits limits;

  MemoryKeyValues(MemoryWriter writer, StoreLimits limits) {
    this.writer = writer;
    this.limits = limits;
  }

  @Override
  public Slice read(Read read) {
    RequestRules.check(read);
    return writer.current().read(read);
  }

  @Override
  public Commit commit(Transaction transaction) {
    RequestRules.check(transaction, limits);
    if (isReadOnly(transaction.then()) && isReadOnly(transaction.otherwise())) {
      return writer.current().edit().commit(transaction);
    }
    return writer.run(new CommitRequest(transaction));
  }

  private static boolean isReadOnly(List<Operation> operations) {
    for (Operation operation : operations) {
      boolean reads =
          switch (operation) {
            case Read read -> true;
            case Put put -> false;
            case Delete delete -> false;
            case Transaction inner -> isReadOnly(inner.then()) && isReadOnly(inner.otherwise());
          };
      if (!reads) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Revision compact(Revision revision) {
    return writer.run(new CompactRequest(revision));
  }

  @Override
  public Revision current() {
    return writer.current().revision();
  }

  @Override
  public Optional<Entry> get(Key key) {
    if (key.isEmpty()) {
      return KeyValues.super.get(key);
    }
    return Optional.ofNullable(writer.current().get(key));
  }

  @Override
  public Revision put(Key key, Bytes value) {
    if (key.isEmpty() || key.size() + (long) value.size() + PART_BYTES > limits.requestBytes()) {
      return KeyValues.super.put(key, value);
    }
    return writer.run(new PutRequest(key, value));
  }

  private static final class PutRequest extends MemoryRequest<Revision> {
    private final Key key;
    private final Bytes value;

    PutRequest(Key key, Bytes value) {
      this.key = key;
      this.value = value;
    }

    @Override
    Revision apply(KeyspaceEdit edit) {
      return edit.put(key, value);
    }
  }

  private static final class CommitRequest extends MemoryRequest<Commit> {
    private final Transaction transaction;

    CommitRequest(Transaction transaction) {
      this.transaction = transaction;
    }

    @Override
    Commit apply(KeyspaceEdit edit) {
      return edit.commit(transaction);
    }
  }

  private static final class CompactRequest extends MemoryRequest<Revision> {
    private final Revision oldest;

    CompactRequest(Revision oldest) {
      this.oldest = oldest;
    }

    @Override
    Revision apply(KeyspaceEdit edit) {
      edit.compact(oldest);
      return edit.revision();
    }
  }
}

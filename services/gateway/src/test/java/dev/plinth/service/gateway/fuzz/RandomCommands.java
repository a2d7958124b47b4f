package dev.plinth.service.gateway.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCancelRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Makes commands of every shape. The same seed makes the same ones. One thread at a time. */
final class RandomCommands {
  /** Few enough that etcd's sort keeps what is equal in order. */
  private static final List<ByteString> KEYS =
      List.of(
          ByteString.copyFromUtf8("a"),
          ByteString.copyFromUtf8("aa"),
          ByteString.copyFromUtf8("ab"),
          ByteString.copyFromUtf8("b"),
          ByteString.copyFrom(new byte[] {'b', 0}),
          ByteString.copyFromUtf8("b/c"),
          ByteString.copyFromUtf8("c"),
          ByteString.copyFrom(new byte[] {(byte) 0xff}),
          ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff}),
          ByteString.copyFromUtf8("health"));

  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
  private static final long LONG_TTL = 100_000;
  private static final long LONGEST_TTL = 9_000_000_000L;
  private static final int LEASE_TARGET = 4;
  private static final int LEASE_FIELD = 8;
  private static final int WATCH_ID_FIELD = 7;
  private static final int MOST_OPERATIONS = 128;

  private final Random random;
  private final boolean watching;
  private int made;

  RandomCommands(long seed, boolean watching) {
    this.random = new Random(seed);
    this.watching = watching;
  }

  List<Command> next(int count) {
    List<Command> commands = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      commands.add(next());
    }
    return commands;
  }

  private Command next() {
    made++;
    if (watching && oneIn(12)) {
      return new Command(Command.Kind.WATCH, oneIn(4) ? cancellation() : watch());
    }
    int dice = random.nextInt(100);
    if (dice < 27) {
      return new Command(Command.Kind.RANGE, range());
    } else if (dice < 50) {
      return new Command(Command.Kind.PUT, put());
    } else if (dice < 60) {
      return new Command(Command.Kind.DELETE, delete());
    } else if (dice < 80) {
      TxnRequest transaction = transaction(0);
      return new Command(
          Command.Kind.TXN,
          deletesFromKey(transaction) ? keepingNothing(transaction) : transaction);
    } else if (dice < 83) {
      return new Command(
          Command.Kind.COMPACT,
          CompactionRequest.newBuilder()
              .setRevision(oneIn(4) ? revision() : Math.max(1, made / 8 - 2))
              .setPhysical(oneIn(3))
              .build());
    }
    return lease(random.nextInt(20));
  }

  private Command lease(int dice) {
    if (dice < 7) {
      long ttl = oneIn(12) ? LONGEST_TTL + 1 : LONG_TTL + random.nextInt(1000);
      return new Command(
          Command.Kind.GRANT, LeaseGrantRequest.newBuilder().setID(lease()).setTTL(ttl).build());
    } else if (dice < 11) {
      return new Command(
          Command.Kind.REVOKE, LeaseRevokeRequest.newBuilder().setID(anyLease()).build());
    } else if (dice < 14) {
      return new Command(
          Command.Kind.RENEW, LeaseKeepAliveRequest.newBuilder().setID(anyLease()).build());
    } else if (dice < 18) {
      return new Command(
          Command.Kind.DESCRIBE,
          LeaseTimeToLiveRequest.newBuilder().setID(anyLease()).setKeys(oneIn(2)).build());
    }
    return new Command(Command.Kind.LEASES, MemberListRequest.getDefaultInstance());
  }

  private boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  private ByteString key() {
    return oneIn(60) ? ByteString.EMPTY : KEYS.get(random.nextInt(KEYS.size()));
  }

  /** Half of all ranges are single keys. */
  private ByteString end() {
    return switch (random.nextInt(8)) {
      case 0 -> ZERO;
      case 1 -> KEYS.get(random.nextInt(KEYS.size()));
      case 2 -> ByteString.copyFromUtf8("b0");
      case 3 -> ByteString.copyFromUtf8("d");
      default -> ByteString.EMPTY;
    };
  }

  private ByteString value() {
    return oneIn(10)
        ? ByteString.EMPTY
        : ByteString.copyFromUtf8(String.valueOf(random.nextInt(12)));
  }

  /** One that lives often, never the one of the server's choice. */
  private long lease() {
    long number = random.nextLong(6) + 1;
    return oneIn(6) ? -number : number;
  }

  private long anyLease() {
    return oneIn(20) ? 0 : lease();
  }

  /** Of the past mostly; also zero, negative, and ahead. */
  private long revision() {
    return oneIn(8) ? random.nextInt(5) - 3 : random.nextInt(made / 2 + 4);
  }

  private RangeRequest range() {
    RangeRequest.Builder range = RangeRequest.newBuilder();
    if (oneIn(5)) {
      range.setKey(ZERO).setRangeEnd(ZERO);
    } else {
      range.setKey(key()).setRangeEnd(end());
    }
    if (oneIn(3)) {
      range.setRevision(revision());
    }
    if (oneIn(3)) {
      range.setLimit(random.nextInt(6) - 1);
    }
    if (oneIn(3)) {
      range.setSortOrderValue(random.nextInt(3));
    }
    if (oneIn(3)) {
      // One that does not exist ends etcd: it dereferences nothing.
      range.setSortTargetValue(random.nextInt(5));
    }
    if (oneIn(6)) {
      filter(range);
    }
    return range.setSerializable(oneIn(6)).setKeysOnly(oneIn(6)).setCountOnly(oneIn(8)).build();
  }

  private void filter(RangeRequest.Builder range) {
    switch (random.nextInt(4)) {
      case 0 -> range.setMinModRevision(revision());
      case 1 -> range.setMaxModRevision(revision());
      case 2 -> range.setMinCreateRevision(revision());
      default -> range.setMaxCreateRevision(revision());
    }
  }

  private WatchRequest watch() {
    WatchCreateRequest.Builder watch =
        WatchCreateRequest.newBuilder().setKey(key()).setRangeEnd(end()).setPrevKv(oneIn(2));
    if (oneIn(2)) {
      watch.setStartRevision(random.nextInt(made / 8 + 1) + 1);
    }
    if (oneIn(6)) {
      watch.addFiltersValue(random.nextInt(2));
    }
    if (oneIn(4)) {
      watch.setUnknownFields(
          UnknownFieldSet.newBuilder()
              .addField(
                  WATCH_ID_FIELD, UnknownFieldSet.Field.newBuilder().addVarint(watchId()).build())
              .build());
    }
    return WatchRequest.newBuilder().setCreateRequest(watch).build();
  }

  private WatchRequest cancellation() {
    return WatchRequest.newBuilder()
        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(watchId()))
        .build();
  }

  private long watchId() {
    return random.nextInt(8);
  }

  private PutRequest put() {
    PutRequest.Builder put =
        PutRequest.newBuilder().setKey(key()).setValue(value()).setPrevKv(oneIn(3));
    if (oneIn(4)) {
      put.setLease(lease());
    }
    if (oneIn(10)) {
      put.setIgnoreValue(true);
      if (!oneIn(5)) {
        put.clearValue();
      }
    }
    if (oneIn(10)) {
      put.setIgnoreLease(true);
      if (!oneIn(5)) {
        put.clearLease();
      }
    }
    return put.build();
  }

  private DeleteRangeRequest delete() {
    return DeleteRangeRequest.newBuilder()
        .setKey(key())
        .setRangeEnd(end())
        .setPrevKv(oneIn(2))
        .build();
  }

  private TxnRequest transaction(int depth) {
    TxnRequest.Builder transaction = TxnRequest.newBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      transaction.addCompare(compare());
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      transaction.addSuccess(operation(depth));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      transaction.addFailure(operation(depth));
    }
    if (oneIn(100)) {
      for (int i = 0; i < MOST_OPERATIONS - 1 + random.nextInt(3); i++) {
        transaction.addFailure(RequestOp.newBuilder().setRequestRange(range()));
      }
    }
    return transaction.build();
  }

  /**
   * Etcd overlooks that a put is in the range of a delete without an end; if that put keeps what
   * the delete took, the server ends itself.
   */
  private static boolean deletesFromKey(TxnRequest transaction) {
    return Stream.concat(
            transaction.getSuccessList().stream(), transaction.getFailureList().stream())
        .anyMatch(operation ->
            operation.getRequestDeleteRange().getRangeEnd().equals(ZERO)
                || deletesFromKey(operation.getRequestTxn()));
  }

  private static TxnRequest keepingNothing(TxnRequest transaction) {
    TxnRequest.Builder builder = transaction.toBuilder();
    for (RequestOp.Builder operation : builder.getSuccessBuilderList()) {
      keepNothing(operation);
    }
    for (RequestOp.Builder operation : builder.getFailureBuilderList()) {
      keepNothing(operation);
    }
    return builder.build();
  }

  private static void keepNothing(RequestOp.Builder operation) {
    if (operation.hasRequestPut()) {
      operation.getRequestPutBuilder().clearIgnoreValue().clearIgnoreLease();
    } else if (operation.hasRequestTxn()) {
      operation.setRequestTxn(keepingNothing(operation.getRequestTxn()));
    }
  }

  private RequestOp operation(int depth) {
    RequestOp.Builder operation = RequestOp.newBuilder();
    int dice = random.nextInt(40);
    if (dice < 12) {
      return operation.setRequestRange(range()).build();
    } else if (dice < 26) {
      return operation.setRequestPut(put()).build();
    } else if (dice < 33) {
      return operation.setRequestDeleteRange(delete()).build();
    } else if (dice < 39 && depth < 2) {
      return operation.setRequestTxn(transaction(depth + 1)).build();
    }
    return oneIn(8) ? operation.build() : operation.setRequestPut(put()).build();
  }

  private Compare compare() {
    Compare.Builder compare = Compare.newBuilder().setKey(key());
    if (oneIn(4)) {
      compare.setRangeEnd(end());
    }
    compare.setResultValue(oneIn(30) ? 9 : random.nextInt(4));
    int target = oneIn(30) ? 9 : random.nextInt(5);
    compare.setTargetValue(target);
    // Now and then the operand is one for another target.
    switch (oneIn(20) ? random.nextInt(5) : target) {
      case 0 -> compare.setVersion(random.nextInt(4));
      case 1 -> compare.setCreateRevision(revision());
      case 2 -> compare.setModRevision(revision());
      case 3 -> compare.setValue(value());
      case LEASE_TARGET ->
          compare.setUnknownFields(
              UnknownFieldSet.newBuilder()
                  .addField(
                      LEASE_FIELD,
                      UnknownFieldSet.Field.newBuilder().addVarint(oneIn(3) ? 0 : lease()).build())
                  .build());
      default -> {}
    }
    return compare.build();
  }
}

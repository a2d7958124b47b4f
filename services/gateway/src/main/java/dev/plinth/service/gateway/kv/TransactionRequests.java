package dev.plinth.service.gateway.kv;

import static dev.plinth.spi.RequestRefusedException.Reason.FUTURE_REVISION;

import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks transactions in etcd's order, and commits them.
 *
 * <p>Thread-safe.
 */
final class TransactionRequests {
  /** The first that can be compacted. */
  private static final Revision FIRST = Revision.of(1);

  /** No store gets there. */
  private static final Revision UNREADABLE = Revision.of(Long.MAX_VALUE);

  private final Store store;

  TransactionRequests(Store store) {
    this.store = store;
  }

  void check(TxnRequest request) {
    check(request, store.limits().operations());
  }

  /** Says whether any branch puts something. */
  static boolean adds(TxnRequest request) {
    return adds(request.getSuccessList()) || adds(request.getFailureList());
  }

  private static boolean adds(List<RequestOp> requests) {
    for (RequestOp request : requests) {
      if (request.hasRequestPut() || (request.hasRequestTxn() && adds(request.getRequestTxn()))) {
        return true;
      }
    }
    return false;
  }

  Commit commit(TxnRequest request) {
    if (!readsBelowZero(request)) {
      return store.keyValues().commit(transaction(request, Revision.ZERO));
    }
    // Outside of transactions such a revision means the current one. In them it was compacted,
    // unless it is -1 and nothing was.
    Revision compacted = store.status().compacted();
    if (compacted.isAfter(FIRST)) {
      return store.keyValues().commit(transaction(request, FIRST));
    }
    boolean isNow = compacted.equals(Revision.ZERO) && lowest(request) == -1;
    try {
      return store.keyValues().commit(transaction(request, isNow ? Revision.ZERO : UNREADABLE));
    } catch (RequestRefusedException refused) {
      throw refused.reason() == FUTURE_REVISION && !isNow
          ? GatewayError.COMPACTED.exception()
          : refused;
    }
  }

  private static void check(TxnRequest request, int allowed) {
    int parts =
        Math.max(
            request.getCompareCount(),
            Math.max(request.getSuccessCount(), request.getFailureCount()));
    if (parts > allowed) {
      throw GatewayError.TOO_MANY_OPERATIONS.exception();
    }
    for (Compare compare : request.getCompareList()) {
      if (compare.getKey().isEmpty()) {
        throw GatewayError.EMPTY_KEY.exception();
      }
    }
    request.getSuccessList().forEach(operation -> check(operation, allowed - parts));
    request.getFailureList().forEach(operation -> check(operation, allowed - parts));
  }

  private static void check(RequestOp operation, int allowed) {
    switch (operation.getRequestCase()) {
      case REQUEST_RANGE -> RangeRequests.check(operation.getRequestRange());
      case REQUEST_PUT -> WriteRequests.check(operation.getRequestPut());
      case REQUEST_DELETE_RANGE -> WriteRequests.check(operation.getRequestDeleteRange());
      case REQUEST_TXN -> check(operation.getRequestTxn(), allowed);
      case REQUEST_NOT_SET -> throw GatewayError.KEY_NOT_FOUND.exception();
    }
  }

  private static Transaction transaction(TxnRequest request, Revision below) {
    List<Condition> conditions = new ArrayList<>(request.getCompareCount());
    for (Compare compare : request.getCompareList()) {
      Optional<Condition> condition = Comparisons.condition(compare);
      condition.ifPresent(conditions::add);
    }
    return new Transaction(
        conditions,
        operations(request.getSuccessList(), below),
        operations(request.getFailureList(), below));
  }

  private static List<Operation> operations(List<RequestOp> requests, Revision below) {
    List<Operation> operations = new ArrayList<>(requests.size());
    for (RequestOp request : requests) {
      operations.add(
          switch (request.getRequestCase()) {
            case REQUEST_RANGE -> read(request.getRequestRange(), below);
            case REQUEST_PUT -> WriteRequests.put(request.getRequestPut());
            case REQUEST_DELETE_RANGE -> WriteRequests.delete(request.getRequestDeleteRange());
            case REQUEST_TXN -> transaction(request.getRequestTxn(), below);
            case REQUEST_NOT_SET -> throw new IllegalStateException("checked before");
          });
    }
    return operations;
  }

  private static Read read(RangeRequest request, Revision below) {
    Read read = RangeRequests.read(request);
    return request.getRevision() < 0 ? read.at(below) : read;
  }

  private static boolean readsBelowZero(TxnRequest request) {
    return lowest(request) < 0;
  }

  /** Returns the lowest revision that a read asks for, zero if none is below it. */
  private static long lowest(TxnRequest request) {
    return Math.min(lowest(request.getSuccessList()), lowest(request.getFailureList()));
  }

  private static long lowest(List<RequestOp> requests) {
    long lowest = 0;
    for (RequestOp request : requests) {
      if (request.hasRequestRange()) {
        lowest = Math.min(lowest, request.getRequestRange().getRevision());
      } else if (request.hasRequestTxn()) {
        lowest = Math.min(lowest, lowest(request.getRequestTxn()));
      }
    }
    return lowest;
  }
}

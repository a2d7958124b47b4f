package dev.plinth.service.gateway.fuzz;

import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import java.util.ArrayList;
import java.util.List;

/** Leaves parts of a transaction out. Holds nothing. */
final class SmallerTransactions {
  private SmallerTransactions() {}

  /** Returns every transaction that lacks one comparison or operation, however deep. */
  static List<TxnRequest> of(TxnRequest transaction) {
    List<TxnRequest> smaller = new ArrayList<>();
    for (int i = 0; i < transaction.getCompareCount(); i++) {
      smaller.add(transaction.toBuilder().removeCompare(i).build());
    }
    for (int i = 0; i < transaction.getSuccessCount(); i++) {
      smaller.add(transaction.toBuilder().removeSuccess(i).build());
      for (RequestOp operation : of(transaction.getSuccess(i))) {
        smaller.add(transaction.toBuilder().setSuccess(i, operation).build());
      }
    }
    for (int i = 0; i < transaction.getFailureCount(); i++) {
      smaller.add(transaction.toBuilder().removeFailure(i).build());
      for (RequestOp operation : of(transaction.getFailure(i))) {
        smaller.add(transaction.toBuilder().setFailure(i, operation).build());
      }
    }
    return smaller;
  }

  private static List<RequestOp> of(RequestOp operation) {
    return operation.hasRequestTxn()
        ? of(operation.getRequestTxn()).stream()
            .map(nested -> RequestOp.newBuilder().setRequestTxn(nested).build())
            .toList()
        : List.of();
  }
}

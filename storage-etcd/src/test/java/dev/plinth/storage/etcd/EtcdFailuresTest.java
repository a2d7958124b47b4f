package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Codes and texts as etcd 3.4 and 3.5 send them. */
final class EtcdFailuresTest {
  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT, etcdserver: key is not provided, KEY_NOT_PROVIDED",
    "INVALID_ARGUMENT, etcdserver: key not found, KEY_NOT_FOUND",
    "INVALID_ARGUMENT, etcdserver: too many operations in txn request, TOO_MANY_OPERATIONS",
    "INVALID_ARGUMENT, etcdserver: duplicate key given in txn request, DUPLICATE_KEY",
    "INVALID_ARGUMENT, etcdserver: request is too large, REQUEST_TOO_LARGE",
    "RESOURCE_EXHAUSTED, 'grpc: received message larger than max (3 vs. 2)', REQUEST_TOO_LARGE",
    "OUT_OF_RANGE, etcdserver: mvcc: required revision is a future revision, FUTURE_REVISION",
    "RESOURCE_EXHAUSTED, etcdserver: mvcc: database space exceeded, SPACE_EXCEEDED",
    "NOT_FOUND, etcdserver: requested lease not found, LEASE_NOT_FOUND",
    "FAILED_PRECONDITION, etcdserver: lease already exists, LEASE_EXISTS",
    "OUT_OF_RANGE, etcdserver: too large lease TTL, TTL_OUT_OF_RANGE",
    "PERMISSION_DENIED, etcdserver: permission denied, PERMISSION_DENIED",
    "UNAUTHENTICATED, etcdserver: invalid auth token, NOT_AUTHENTICATED",
    "INVALID_ARGUMENT, etcdserver: user name is empty, NOT_AUTHENTICATED",
    "INVALID_ARGUMENT, 'etcdserver: authentication failed, invalid user ID or password',"
        + " NOT_AUTHENTICATED",
    "UNKNOWN, rpc error: code = PermissionDenied desc = etcdserver: permission denied,"
        + " PERMISSION_DENIED"
  })
  void aRefusalIsCertainAndSaysWhy(Status.Code code, String text, Reason reason) {
    for (EtcdCall call : EtcdCall.values()) {
      StoreException failure = failure(code, text, call, true);
      assertThat(failure)
          .isInstanceOfSatisfying(
              RequestRefusedException.class,
              refused -> assertThat(refused.reason()).isEqualTo(reason));
      assertThat(failure.getMessage()).doesNotContain("etcd");
    }
  }

  @Test
  void compactedHistoryIsLost() {
    assertThat(
            failure(
                Status.Code.OUT_OF_RANGE,
                "etcdserver: mvcc: required revision has been compacted",
                EtcdCall.READ,
                true))
        .isInstanceOf(HistoryLostException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "UNAVAILABLE, io exception",
    "UNAVAILABLE, 'etcdserver: request timed out'",
    "UNAVAILABLE, 'etcdserver: request timed out, possibly due to previous leader failure'",
    "UNAVAILABLE, etcdserver: leader changed",
    "UNAVAILABLE, etcdserver: server stopped",
    "DEADLINE_EXCEEDED, deadline exceeded after 3s",
    "INTERNAL, http2 error",
    "CANCELLED, context canceled",
    "UNKNOWN, context deadline exceeded",
    "RESOURCE_EXHAUSTED, anything else"
  })
  void aWriteThatWasSentMayHaveBeenApplied(Status.Code code, String text) {
    assertThat(failure(code, text, EtcdCall.WRITE, true))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(failure(code, text, EtcdCall.WRITE, false))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(failure(code, text, EtcdCall.READ, true))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(failure(code, text, EtcdCall.LOCAL_READ, true))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "UNAVAILABLE, etcdserver: no leader",
    "RESOURCE_EXHAUSTED, etcdserver: too many requests",
    "UNAVAILABLE, etcdserver: rpc not supported for learner",
    "DATA_LOSS, etcdserver: corrupt cluster",
    "UNIMPLEMENTED, unknown service etcdserverpb.KV"
  })
  void aWriteThatWasNotPassedOnWasCertainlyNotApplied(Status.Code code, String text) {
    assertThat(failure(code, text, EtcdCall.WRITE, true))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void theReasonOfABrokenConnectionIsTold() {
    Status status =
        Status.UNAVAILABLE
            .withDescription("io exception")
            .withCause(new IllegalStateException("outer", new IllegalStateException("inner")));
    assertThat(EtcdFailures.of(status, EtcdCall.READ, false, "a:1"))
        .hasMessage("the store cannot be reached: a:1 (inner)");
    assertThat(EtcdFailures.describe(status)).isEqualTo("UNAVAILABLE io exception (inner)");
  }

  @Test
  void onlyWhatANewTokenMendsIsAnExpiredLogin() {
    assertThat(EtcdFailures.isExpiredLogin(refusal("invalid auth token"))).isTrue();
    assertThat(EtcdFailures.isExpiredLogin(refusal("revision of auth store is old"))).isTrue();
    assertThat(EtcdFailures.isExpiredLogin(refusal("permission denied"))).isFalse();
    assertThat(EtcdFailures.isExpiredLogin(Status.UNAVAILABLE)).isFalse();
  }

  private static Status refusal(String text) {
    return Status.UNAUTHENTICATED.withDescription("etcdserver: " + text);
  }

  private static StoreException failure(
      Status.Code code, String text, EtcdCall call, boolean sent) {
    return EtcdFailures.of(code.toStatus().withDescription(text), call, sent, "a:1");
  }
}

package dev.plinth.service.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The texts by which etcd's clients know errors, as etcd's package rpctypes has them. */
final class GatewayErrorTest {
  private static final String OF_ETCD =
      """
      INVALID_ARGUMENT etcdserver: key is not provided
      INVALID_ARGUMENT etcdserver: key not found
      INVALID_ARGUMENT etcdserver: value is provided
      INVALID_ARGUMENT etcdserver: lease is provided
      INVALID_ARGUMENT etcdserver: too many operations in txn request
      INVALID_ARGUMENT etcdserver: duplicate key given in txn request
      INVALID_ARGUMENT etcdserver: invalid sort option
      INVALID_ARGUMENT etcdserver: request is too large
      OUT_OF_RANGE etcdserver: mvcc: required revision has been compacted
      OUT_OF_RANGE etcdserver: mvcc: required revision is a future revision
      OUT_OF_RANGE etcdserver: too large lease TTL
      RESOURCE_EXHAUSTED etcdserver: mvcc: database space exceeded
      NOT_FOUND etcdserver: requested lease not found
      FAILED_PRECONDITION etcdserver: lease already exists
      FAILED_PRECONDITION etcdserver: authentication is not enabled
      FAILED_PRECONDITION etcdserver: bad leader transferee
      PERMISSION_DENIED etcdserver: permission denied
      UNAVAILABLE etcdserver: no leader
      UNAVAILABLE etcdserver: server stopped
      UNAVAILABLE etcdserver: request timed out
      UNAVAILABLE etcdserver: unhealthy cluster
      DATA_LOSS etcdserver: corrupt cluster
      INVALID_ARGUMENT mvcc: watcher range is empty
      INVALID_ARGUMENT mvcc: duplicate watch ID provided on the WatchStream
      UNKNOWN election: not leader
      UNKNOWN election: no leader
      UNKNOWN mutex: session is expired
      UNKNOWN "leader" field must be provided
      """;

  /** Those that no etcd has. */
  private static final Set<GatewayError> OWN = Set.of(GatewayError.UNSUPPORTED_MEMBERSHIP);

  @Test
  void everyErrorIsOneThatClientsKnow() {
    Set<String> ours = new TreeSet<>();
    Arrays.stream(GatewayError.values())
        .filter(error -> !OWN.contains(error))
        .forEach(error -> ours.add(error.status().getCode() + " " + error.text()));

    assertThat(ours).containsExactlyInAnyOrderElementsOf(OF_ETCD.lines().toList());
  }
}

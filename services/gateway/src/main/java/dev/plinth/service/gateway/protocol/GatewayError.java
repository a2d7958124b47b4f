package dev.plinth.service.gateway.protocol;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * The errors of the protocol: the one table of codes and texts. Clients compare the whole text, so
 * that one wrong letter breaks them.
 */
public enum GatewayError {
  /** A key is empty. */
  EMPTY_KEY(Status.Code.INVALID_ARGUMENT, "etcdserver: key is not provided"),
  /** A put keeps what is not there; or an operation of a transaction is empty. */
  KEY_NOT_FOUND(Status.Code.INVALID_ARGUMENT, "etcdserver: key not found"),
  /** A value beside the flag that keeps the value. */
  VALUE_PROVIDED(Status.Code.INVALID_ARGUMENT, "etcdserver: value is provided"),
  /** A lease beside the flag that keeps the lease. */
  LEASE_PROVIDED(Status.Code.INVALID_ARGUMENT, "etcdserver: lease is provided"),
  /** A transaction is too long. */
  TOO_MANY_OPERATIONS(
      Status.Code.INVALID_ARGUMENT, "etcdserver: too many operations in txn request"),
  /** Two writes of one key in one transaction. */
  DUPLICATE_KEY(Status.Code.INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request"),
  /** An order or a target that does not exist. */
  INVALID_SORT_OPTION(Status.Code.INVALID_ARGUMENT, "etcdserver: invalid sort option"),
  /** More bytes than a request may have. */
  REQUEST_TOO_LARGE(Status.Code.INVALID_ARGUMENT, "etcdserver: request is too large"),
  /** The history asked for is gone. */
  COMPACTED(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"),
  /** The revision asked for lies ahead. */
  FUTURE_REVISION(
      Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"),
  /** The store is full. */
  NO_SPACE(Status.Code.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
  /** There is no such lease. */
  LEASE_NOT_FOUND(Status.Code.NOT_FOUND, "etcdserver: requested lease not found"),
  /** A lease of that id exists. */
  LEASE_EXISTS(Status.Code.FAILED_PRECONDITION, "etcdserver: lease already exists"),
  /** Leases do not live that long. */
  LEASE_TTL_TOO_LARGE(Status.Code.OUT_OF_RANGE, "etcdserver: too large lease TTL"),
  /** Members are added and removed where the store is operated, not here. */
  UNSUPPORTED_MEMBERSHIP(
      Status.Code.UNIMPLEMENTED,
      "etcdserver: members are not changed through this gateway; the store behind it has its own"),
  /** Nobody can be made leader. */
  BAD_LEADER_TRANSFEREE(Status.Code.FAILED_PRECONDITION, "etcdserver: bad leader transferee"),
  /** Users log in although nobody has to. */
  AUTHENTICATION_NOT_ENABLED(
      Status.Code.FAILED_PRECONDITION, "etcdserver: authentication is not enabled"),
  /** The store does not allow it. */
  PERMISSION_DENIED(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"),
  /** The store serves nobody; nothing was done. */
  NO_LEADER(Status.Code.UNAVAILABLE, "etcdserver: no leader"),
  /** The gateway stops. */
  STOPPED(Status.Code.UNAVAILABLE, "etcdserver: server stopped"),
  /** Whether it was done is not known. */
  TIMEOUT(Status.Code.UNAVAILABLE, "etcdserver: request timed out"),
  /** The store accepts this gateway no more. */
  UNHEALTHY(Status.Code.UNAVAILABLE, "etcdserver: unhealthy cluster"),
  /** The data is not the one that was there when the gateway started. */
  CORRUPT(Status.Code.DATA_LOSS, "etcdserver: corrupt cluster"),
  /** The range of a watch holds no key. */
  WATCH_RANGE_EMPTY(Status.Code.INVALID_ARGUMENT, "mvcc: watcher range is empty"),
  /** Two watches of one stream under one id. */
  WATCH_ID_DUPLICATE(
      Status.Code.INVALID_ARGUMENT, "mvcc: duplicate watch ID provided on the WatchStream"),
  /** A candidate for a lock ended with its lease while it waited. */
  LOCK_SESSION_EXPIRED(Status.Code.UNKNOWN, "mutex: session is expired"),
  /** Somebody else leads, or nobody does. */
  ELECTION_NOT_LEADER(Status.Code.UNKNOWN, "election: not leader"),
  /** Nobody leads. */
  ELECTION_NO_LEADER(Status.Code.UNKNOWN, "election: no leader"),
  /** Proclaim and resign need to know as whom. */
  LEADER_FIELD_MISSING(Status.Code.UNKNOWN, "\"leader\" field must be provided");

  private final Status.Code code;
  private final String text;

  GatewayError(Status.Code code, String text) {
    this.code = code;
    this.text = text;
  }

  /**
   * Returns what ends a call.
   *
   * @return code and text
   */
  public Status status() {
    return code.toStatus().withDescription(text);
  }

  /**
   * Returns the text alone, as answers on streams carry it.
   *
   * @return with its prefix
   */
  public String text() {
    return text;
  }

  /**
   * Returns the error to throw.
   *
   * @return a new exception
   */
  public StatusRuntimeException exception() {
    return status().asRuntimeException();
  }
}

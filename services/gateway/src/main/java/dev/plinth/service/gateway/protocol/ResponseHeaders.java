package dev.plinth.service.gateway.protocol;

import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import io.etcd.jetcd.api.ResponseHeader;
import jakarta.inject.Inject;

/**
 * Makes the header that every answer carries.
 *
 * <p>Thread-safe.
 */
public final class ResponseHeaders {
  /**
   * The version of etcd that the gateway behaves as; clients look at it to know what they may ask.
   */
  public static final String PROTOCOL_VERSION = "3.5.16";

  /** The version that a cluster of such members agrees on. */
  public static final String CLUSTER_VERSION = "3.5.0";

  /** Stores hide who leads them, so that no term ever falls. */
  private static final long TERM = 1;

  private final Store store;
  private final GatewayIdentity identity;

  @Inject
  ResponseHeaders(Store store, GatewayIdentity identity) {
    this.store = store;
    this.identity = identity;
  }

  /**
   * Returns the header of an answer.
   *
   * @param revision of the store when it answered; its data must be readable already
   * @return the header
   */
  public ResponseHeader at(Revision revision) {
    return unrevised().setRevision(revision.value()).build();
  }

  /**
   * Returns the header of an answer that is not about data.
   *
   * @return the header; its revision is zero
   */
  public ResponseHeader withoutRevision() {
    return unrevised().build();
  }

  private ResponseHeader.Builder unrevised() {
    return ResponseHeader.newBuilder()
        .setClusterId(identity.clusterId())
        .setMemberId(identity.memberId())
        .setRaftTerm(TERM);
  }

  /**
   * Returns the header of an answer for which the store named no revision; asks it.
   *
   * @return the header, at least at the revision of every commit acknowledged before the call
   * @throws StoreException if the store failed
   */
  public ResponseHeader now() {
    return at(store.keyValues().current());
  }

  /**
   * Returns the header inside a transaction's answer, which carries the revision alone.
   *
   * @param revision after the operation
   * @return the header
   */
  public static ResponseHeader inner(Revision revision) {
    return ResponseHeader.newBuilder().setRevision(revision.value()).build();
  }

  /**
   * Returns the cluster's number.
   *
   * @return never zero
   */
  public long clusterId() {
    return identity.clusterId();
  }

  /**
   * Returns this gateway's number.
   *
   * @return never zero
   */
  public long memberId() {
    return identity.memberId();
  }

  /**
   * Returns the term.
   *
   * @return at least 1; never falls
   */
  public long term() {
    return TERM;
  }
}

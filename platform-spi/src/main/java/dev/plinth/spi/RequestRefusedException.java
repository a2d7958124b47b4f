package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

/**
 * The store will not do this; certainly nothing was applied (G12, G38).
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // carries values that are not serialised
public final class RequestRefusedException extends StoreException {

  /** Why a request was refused. */
  public enum Reason {
    /** A key is empty. */
    KEY_NOT_PROVIDED("key is not provided"),
    /** A put keeps the value or lease of a key that does not exist. */
    KEY_NOT_FOUND("key not found"),
    /** More operations or conditions than allowed. */
    TOO_MANY_OPERATIONS("too many operations in transaction"),
    /** One key is put twice, or put and deleted, on one path. */
    DUPLICATE_KEY("duplicate key in transaction"),
    /** The request is larger than allowed. */
    REQUEST_TOO_LARGE("request is too large"),
    /** The revision lies ahead. */
    FUTURE_REVISION("required revision is a future revision"),
    /** The range of a watch can hold no key. */
    EMPTY_RANGE("watch range is empty"),
    /** There is no such lease. */
    LEASE_NOT_FOUND("lease not found"),
    /** A lease of that name exists. */
    LEASE_EXISTS("lease already exists"),
    /** The time to live is zero or less, or above the longest. */
    TTL_OUT_OF_RANGE("lease time to live is out of range"),
    /** The store is full; reads, deletes and compaction still work. */
    SPACE_EXCEEDED("store space exceeded"),
    /** The caller does not lead what only a leader may change. */
    NOT_LEADER("not leader"),
    /** The store's credentials are wrong or missing. */
    NOT_AUTHENTICATED("credentials are not accepted by the store"),
    /** The store's credentials do not allow this. */
    PERMISSION_DENIED("permission denied by the store");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /**
     * Returns the reason in words.
     *
     * @return the same on all stores
     */
    public String text() {
      return text;
    }
  }

  private final Reason reason;

  /**
   * A refusal.
   *
   * @param reason why
   */
  public RequestRefusedException(Reason reason) {
    super(reason.text(), null);
    this.reason = reason;
  }

  /**
   * A refusal with particulars.
   *
   * @param reason why
   * @param particulars what exactly; appended to the reason's text
   */
  public RequestRefusedException(Reason reason, String particulars) {
    super(reason.text() + ": " + requireNonNull(particulars), null);
    this.reason = reason;
  }

  /**
   * A refusal by a server.
   *
   * @param reason why
   * @param cause what the driver said
   */
  public RequestRefusedException(Reason reason, Throwable cause) {
    super(reason.text(), cause);
    this.reason = reason;
  }

  /**
   * Returns why the request was refused.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}

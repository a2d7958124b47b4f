package dev.plinth.service.labmgr.provider;

/** A cloud did not do what was asked. */
@SuppressWarnings("serial") // carries values that are not serialised
public final class ProviderException extends Exception {

  /** What that means. */
  public enum Kind {
    /** The same request may be accepted later. */
    TEMPORARY,
    /** The same request will never be accepted. */
    REFUSED
  }

  private final Kind kind;

  /**
   * A failure.
   *
   * @param kind what it means
   * @param message what was asked, and why it was not done; never a secret
   */
  public ProviderException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** Returns what it means. */
  public Kind kind() {
    return kind;
  }
}

package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Writes one key.
 *
 * <p>Immutable. Without a lease the key is detached from the one it had and lives on its own.
 *
 * @param key which
 * @param value the content; nothing keeps the one that is there, and the key must exist
 * @param lease what becomes of the key's lease
 * @param returnsPrevious whether the outcome carries the version before
 * @since 0.1
 */
public record Put(Key key, Optional<Bytes> value, Attachment lease, boolean returnsPrevious)
    implements Operation {

  /** What a put does to the lease of its key. */
  public sealed interface Attachment {
    /** The key belongs to no lease afterwards. */
    record Detached() implements Attachment {}

    /** The key keeps the lease it has, if any; the key must exist. */
    record Kept() implements Attachment {}

    /**
     * The key belongs to this lease afterwards.
     *
     * @param lease a lease that lives, or the request is refused
     */
    record To(LeaseId lease) implements Attachment {
      /** Refuses the id that means "no lease". */
      public To {
        if (lease.equals(LeaseId.NONE)) {
          throw new IllegalArgumentException("no lease has the id 0");
        }
      }
    }
  }

  private static final Attachment DETACHED = new Attachment.Detached();
  private static final Attachment KEPT = new Attachment.Kept();

  /** Checks that nothing is null. */
  public Put {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    requireNonNull(lease, "lease");
  }

  /**
   * Returns the writing of a value.
   *
   * @param key which
   * @param value its content
   * @return the operation, attached to no lease
   */
  public static Put of(Key key, Bytes value) {
    return new Put(key, Optional.of(value), DETACHED, false);
  }

  /**
   * Returns a put that leaves the value as it is, to change the lease or the revision.
   *
   * @param key which; refused with {@link RequestRefusedException.Reason#KEY_NOT_FOUND} if missing
   * @return the operation, attached to no lease
   */
  public static Put keepingValue(Key key) {
    return new Put(key, Optional.empty(), DETACHED, false);
  }

  /**
   * Attaches the key to a lease.
   *
   * @param id the lease
   * @return the same put with it
   */
  public Put withLease(LeaseId id) {
    return new Put(key, value, new Attachment.To(id), returnsPrevious);
  }

  /**
   * Leaves the key's lease as it is.
   *
   * @return the same put; refused with {@link RequestRefusedException.Reason#KEY_NOT_FOUND} if the
   *     key is missing
   */
  public Put keepingLease() {
    return new Put(key, value, KEPT, returnsPrevious);
  }

  /**
   * Asks for the version before.
   *
   * @return the same put, whose outcome carries it
   */
  public Put returningPrevious() {
    return new Put(key, value, lease, true);
  }
}

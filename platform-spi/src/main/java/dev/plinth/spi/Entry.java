package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One version of a key (G3).
 *
 * <p>Immutable.
 *
 * @param key its name
 * @param value its content; empty in a keys-only read and in a deletion
 * @param created the revision that created the key, anew after each deletion; 0 in a deletion
 * @param modified the revision of this version
 * @param version 1 when created, one more with each put; 0 in a deletion
 * @param lease the lease that the key ends with, if any
 * @since 0.1
 */
public record Entry(
    Key key,
    Bytes value,
    Revision created,
    Revision modified,
    long version,
    Optional<LeaseId> lease) {
  /** Checks that nothing is null. */
  public Entry {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    requireNonNull(created, "created");
    requireNonNull(modified, "modified");
    requireNonNull(lease, "lease");
  }

  /**
   * Returns this entry with its value left out, as a keys-only read shows it.
   *
   * @return the same metadata, an empty value
   */
  public Entry withoutValue() {
    return value.isEmpty() ? this : new Entry(key, Bytes.EMPTY, created, modified, version, lease);
  }
}

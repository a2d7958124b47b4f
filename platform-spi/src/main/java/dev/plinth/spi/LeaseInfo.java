package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * A lease as its store sees it.
 *
 * <p>Immutable.
 *
 * @param id its name
 * @param granted the time to live, whole seconds, at least what was asked for (G17)
 * @param remaining how long it still lives without a renewal, by the store's clock, when the store
 *     answered
 * @param keys what is attached, in key order; filled by {@link Leases#describe} only
 * @since 0.1
 */
public record LeaseInfo(LeaseId id, Duration granted, Duration remaining, List<Key> keys) {
  /** Copies the list. */
  public LeaseInfo {
    requireNonNull(id, "id");
    requireNonNull(granted, "granted");
    requireNonNull(remaining, "remaining");
    keys = List.copyOf(keys);
  }
}

/**
 * A range of keys kept in memory.
 *
 * <p>Start with {@link dev.plinth.spi.cache.RangeCache#open}: it lists the range once and keeps it
 * current by a watch. Readers take immutable snapshots, or what changed since the revision they
 * know.
 */
@NullMarked
package dev.plinth.spi.cache;

import org.jspecify.annotations.NullMarked;

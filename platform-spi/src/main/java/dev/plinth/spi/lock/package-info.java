/**
 * Locks with fencing.
 *
 * <p>Start with {@link dev.plinth.spi.lock.Locks#over}. Keys are those of other etcd clients'
 * locks, {@code <name>/<lease in hexadecimal>}.
 */
@NullMarked
package dev.plinth.spi.lock;

import org.jspecify.annotations.NullMarked;

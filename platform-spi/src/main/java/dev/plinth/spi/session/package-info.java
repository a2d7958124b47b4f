/**
 * Leases held alive.
 *
 * <p>Start with {@link dev.plinth.spi.session.Session#open}. A session renews its lease ahead of
 * time, stops believing in it before the store can expire it, and says so to whoever waits or
 * listens. What lives on the lease (a node's record, a candidacy, a lock) ends with it.
 */
@NullMarked
package dev.plinth.spi.session;

import org.jspecify.annotations.NullMarked;

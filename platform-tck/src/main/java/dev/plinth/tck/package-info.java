/**
 * The store contract as tests, for any store to run, and the time that tests move themselves.
 *
 * <p>Start with {@link dev.plinth.tck.StoreFixture}, which a store's test implements together with
 * the contracts, and with {@link dev.plinth.tck.VirtualRuntime} to test what expires.
 */
@NullMarked
package dev.plinth.tck;

import org.jspecify.annotations.NullMarked;

/**
 * What a coordination store promises: key/value data with revisions and transactions, leases and
 * watches.
 *
 * <p>Start with {@link dev.plinth.spi.Store}, which hands out {@link dev.plinth.spi.KeyValues},
 * {@link dev.plinth.spi.Leases} and {@link dev.plinth.spi.Watches}. A store is opened through its
 * {@link dev.plinth.spi.StoreProvider}. The recipes in {@code session}, {@code election}, {@code
 * lock} and {@code cache} stand on these interfaces alone, so they behave alike on every store.
 *
 * <p>Guarantees are numbered G1 to G52; the numbers in the Javadoc are those of the contract
 * document and of the test kit.
 */
@NullMarked
package dev.plinth.spi;

import org.jspecify.annotations.NullMarked;

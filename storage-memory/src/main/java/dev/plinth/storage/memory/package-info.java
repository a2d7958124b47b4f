/**
 * The store that lives in this process: {@link dev.plinth.storage.memory.MemoryStoreProvider}.
 *
 * <p>{@code MemoryWriter} is the heart: it holds the current keyspace, lets one thread at a time
 * make the next one, and tells watches. Everything else is the SPI on top of it.
 */
@NullMarked
package dev.plinth.storage.memory;

import org.jspecify.annotations.NullMarked;

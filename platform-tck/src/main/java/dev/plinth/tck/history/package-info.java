/**
 * Histories of concurrent clients, recorded on any store and checked afterwards.
 *
 * <p>{@link dev.plinth.tck.history.Workload} runs seeded clients and returns a {@link
 * dev.plinth.tck.history.History}; {@link dev.plinth.tck.history.Checks} finds what in it breaks
 * the store contract.
 */
@NullMarked
package dev.plinth.tck.history;

import org.jspecify.annotations.NullMarked;

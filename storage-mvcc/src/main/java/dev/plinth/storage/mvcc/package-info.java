/**
 * The state machine that the embedded stores share: keys with their history, and leases, as one
 * immutable value.
 *
 * <p>Start at {@link dev.plinth.storage.mvcc.Keyspace}, the value; {@link
 * dev.plinth.storage.mvcc.KeyspaceEdit} makes the next one, {@link
 * dev.plinth.storage.mvcc.MvccStateMachine} does so from commands that are values themselves, and
 * {@link dev.plinth.storage.mvcc.KeyspaceSnapshot} writes a value down. Nothing here knows a clock,
 * a thread or randomness: the same commands in the same order make the same value everywhere.
 */
@NullMarked
package dev.plinth.storage.mvcc;

import org.jspecify.annotations.NullMarked;

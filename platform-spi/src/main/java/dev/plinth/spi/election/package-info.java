/**
 * Elections with fencing.
 *
 * <p>Start with {@link dev.plinth.spi.election.Elections#over}. Candidates queue up under the name
 * of the election, one key each on the lease of its session, and lead in the order in which they
 * came. Leading is a belief; {@link dev.plinth.spi.election.Leadership#stillHeld} turns it into a
 * condition that the store checks.
 *
 * <p>The keys are those of other etcd clients' elections, {@code <name>/<lease in hexadecimal>}, so
 * that both see each other.
 */
@NullMarked
package dev.plinth.spi.election;

import org.jspecify.annotations.NullMarked;

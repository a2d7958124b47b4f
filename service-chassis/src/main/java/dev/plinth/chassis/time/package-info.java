/** Waiting, backing off and randomness, all of which tests can take over. */
@NullMarked
package dev.plinth.chassis.time;

import org.jspecify.annotations.NullMarked;

/**
 * The operators' way in: an HTTP API on the loopback address, opened by a token that only the user
 * who started it can read.
 */
@NullMarked
package dev.plinth.chassis.admin;

import org.jspecify.annotations.NullMarked;

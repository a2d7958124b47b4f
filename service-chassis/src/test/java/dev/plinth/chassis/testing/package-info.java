/**
 * Starts services for tests and talks to them over the wire. Start with {@link
 * dev.plinth.chassis.testing.ServiceFixture}.
 */
@NullMarked
package dev.plinth.chassis.testing;

import org.jspecify.annotations.NullMarked;

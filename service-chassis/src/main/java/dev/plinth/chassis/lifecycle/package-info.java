/**
 * Starts the parts of a service in order and stops them in reverse, once. Start with {@link
 * dev.plinth.chassis.lifecycle.Managed}.
 */
@NullMarked
package dev.plinth.chassis.lifecycle;

import org.jspecify.annotations.NullMarked;

/**
 * The program: composes the store and the services and starts them. {@link
 * dev.plinth.distribution.Launcher} is its only {@code main}.
 */
@NullMarked
package dev.plinth.distribution;

import org.jspecify.annotations.NullMarked;

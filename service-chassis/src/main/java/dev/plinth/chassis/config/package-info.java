/**
 * Reads a file, the environment and flags into one configuration that knows where each value was
 * written.
 */
@NullMarked
package dev.plinth.chassis.config;

import org.jspecify.annotations.NullMarked;

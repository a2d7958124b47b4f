/**
 * The chat registry: which gateway a user's devices are connected to.
 *
 * <p>Here are the configuration and the wiring; the feature itself is in {@code presence}.
 */
@NullMarked
package dev.plinth.service.registry;

import org.jspecify.annotations.NullMarked;

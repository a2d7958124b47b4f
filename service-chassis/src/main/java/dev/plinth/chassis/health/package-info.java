/**
 * Whether a service lives and whether it can do its work. Start with {@link
 * dev.plinth.chassis.health.HealthCheck}.
 */
@NullMarked
package dev.plinth.chassis.health;

import org.jspecify.annotations.NullMarked;

/**
 * Which devices of which user are connected to which gateway: registered on leases, looked up in
 * three outcomes, followed from a revision.
 *
 * <p>Start with {@link dev.plinth.service.registry.presence.Devices} for what changes registrations
 * and {@link dev.plinth.service.registry.presence.Presences} for what reads them.
 */
@NullMarked
package dev.plinth.service.registry.presence;

import org.jspecify.annotations.NullMarked;

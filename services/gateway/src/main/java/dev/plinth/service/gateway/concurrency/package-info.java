/** Locks and elections that clients leave to the server. */
@NullMarked
package dev.plinth.service.gateway.concurrency;

import org.jspecify.annotations.NullMarked;

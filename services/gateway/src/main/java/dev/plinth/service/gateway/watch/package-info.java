/** Watches: many on one stream, in the order and with the quirks that clients rely on. */
@NullMarked
package dev.plinth.service.gateway.watch;

import org.jspecify.annotations.NullMarked;

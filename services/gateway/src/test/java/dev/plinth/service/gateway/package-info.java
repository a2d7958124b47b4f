/** The gateway over the wire. */
@NullMarked
package dev.plinth.service.gateway;

import org.jspecify.annotations.NullMarked;

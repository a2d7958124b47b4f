/** What every method of the protocol needs. */
@NullMarked
package dev.plinth.service.gateway.protocol;

import org.jspecify.annotations.NullMarked;

/**
 * What every method of the protocol needs: headers, error texts, and the translation of keys,
 * ranges and entries.
 */
@NullMarked
package dev.plinth.service.gateway.protocol;

import org.jspecify.annotations.NullMarked;

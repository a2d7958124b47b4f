package dev.plinth.service.centro.document;

import dev.plinth.spi.Key;

/**
 * A stored value that cannot be read; it is listed, and stops nothing.
 *
 * <p>Immutable.
 *
 * @param key where it is
 * @param problem what is wrong with it
 */
public record InvalidDocument(Key key, String problem) {}

package dev.plinth.service.labmgr.provider;

import dev.plinth.spi.KeySpace;

/**
 * Where the simulated cloud keeps its machines.
 *
 * <p>Immutable.
 *
 * @param root the prefix of the service
 */
public record SimulatedKeys(KeySpace root) {}

package dev.plinth.spi;

/**
 * One step of a transaction.
 *
 * @since 0.1
 */
public sealed interface Operation permits Read, Put, Delete, Transaction {}

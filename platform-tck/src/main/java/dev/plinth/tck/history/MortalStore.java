package dev.plinth.tck.history;

import dev.plinth.spi.Store;

/**
 * A store whose process dies now and then and is started again: a watch that ends as closed was the
 * reader's own death, of which no promise speaks.
 */
public interface MortalStore extends Store {}

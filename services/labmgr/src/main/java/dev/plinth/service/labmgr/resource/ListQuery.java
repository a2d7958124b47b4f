package dev.plinth.service.labmgr.resource;

import java.util.Optional;

/**
 * What a list shall hold.
 *
 * <p>Immutable.
 *
 * @param namespace whose resources
 * @param selector which of them
 * @param limit how many on a page
 * @param next the token of the page, unless it is the first
 */
public record ListQuery(String namespace, Selector selector, int limit, Optional<String> next) {
  /** Items on a page when a request does not say. */
  public static final int USUAL_LIMIT = 100;

  /** The most items on a page. */
  public static final int MOST = 1000;

  /** Returns what tells this list from another one, whatever page of it. */
  int fingerprint() {
    return (namespace + "\n" + selector).hashCode() % 1_000_000_000;
  }
}

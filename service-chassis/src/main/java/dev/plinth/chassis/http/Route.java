package dev.plinth.chassis.http;

import static java.util.Objects.requireNonNull;

/**
 * A method and a path that are served.
 *
 * <p>Immutable.
 *
 * @param method in capitals
 * @param path with parameters in braces
 */
public record Route(String method, String path) {
  /** Checks that nothing is null. */
  public Route {
    requireNonNull(method, "method");
    requireNonNull(path, "path");
  }
}

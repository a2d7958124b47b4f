package dev.plinth.chassis.grpc;

import java.util.Optional;

/**
 * Pages that a gRPC server shows on its own port to whoever speaks HTTP/1.1 there.
 *
 * <p>Thread-safe; asked on threads that may block.
 */
public interface PlainPages {
  /**
   * A page.
   *
   * @param status of HTTP
   * @param mediaType such as {@code application/json}
   * @param body all of it
   */
  record Page(int status, String mediaType, String body) {}

  /**
   * Returns a page.
   *
   * @param path without the query
   * @return the page, if there is one
   */
  Optional<Page> page(String path);
}

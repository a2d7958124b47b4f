package dev.plinth.chassis.http;

import io.javalin.http.Context;

/** Answers a request with a stream of events. Thread-safe. */
@FunctionalInterface
public interface EventHandler {
  /**
   * Opens what to stream. What is thrown here is answered as a problem; after it returned, the
   * answer has begun.
   *
   * @param ctx the request; nothing must be written to it
   * @return the events; closed by the server when the client or the server ends the stream
   */
  EventSource open(Context ctx);
}

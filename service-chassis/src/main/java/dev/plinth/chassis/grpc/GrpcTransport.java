package dev.plinth.chassis.grpc;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * How a gRPC server treats connections and calls. {@link #STANDARD} unless a service binds another.
 *
 * <p>Immutable.
 *
 * @param onEventLoop whether calls run on the threads that move the bytes; then none may block
 * @param eventLoops how many threads move bytes
 * @param mostMessageBytes larger requests are refused
 * @param shortestPing clients that ping more often are cut off
 * @param pages what is shown on the same port to whoever speaks HTTP/1.1
 */
public record GrpcTransport(
    boolean onEventLoop,
    int eventLoops,
    int mostMessageBytes,
    Duration shortestPing,
    Optional<PlainPages> pages) {
  /** A virtual thread per call, one thread that moves bytes, messages of 4 MiB. */
  public static final GrpcTransport STANDARD =
      new GrpcTransport(false, 1, 4 << 20, Duration.ofSeconds(10), Optional.empty());

  /** Checks that numbers are positive. */
  public GrpcTransport {
    requireNonNull(shortestPing, "shortestPing");
    requireNonNull(pages, "pages");
    if (eventLoops < 1 || mostMessageBytes < 1) {
      throw new IllegalArgumentException(
          "must be positive: event loops " + eventLoops + ", message bytes " + mostMessageBytes);
    }
  }
}

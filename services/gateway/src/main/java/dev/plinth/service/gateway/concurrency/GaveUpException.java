package dev.plinth.service.gateway.concurrency;

import io.grpc.Status;

/** Nobody waits for the answer any more. */
@SuppressWarnings("serial") // carries a value that is not serialised
final class GaveUpException extends RuntimeException {
  private final Status status;

  GaveUpException(Status status) {
    super(String.valueOf(status.getDescription()), null, false, false);
    this.status = status;
  }

  /** Returns how the call ends. */
  Status status() {
    return status;
  }
}

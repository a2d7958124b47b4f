package dev.plinth.distribution.cli;

import dev.plinth.spi.StoreException;

/** Says on one line what went wrong with a store, and why. Stateless. */
final class FailureText {
  private FailureText() {}

  /** The failure in the platform's words, then what the driver said first, in brackets. */
  static String of(StoreException failure) {
    String text = String.valueOf(failure.getMessage());
    String reason = "";
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && !message.isBlank()) {
        reason = message.strip().lines().findFirst().orElse("");
      }
    }
    return reason.isEmpty() || text.contains(reason) ? text : text + " (" + reason + ")";
  }
}

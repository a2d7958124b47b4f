package dev.plinth.distribution.cli;

import dev.plinth.spi.StoreException;
import java.security.GeneralSecurityException;

/** Says on one line what went wrong with a store, and why. Stateless. */
final class FailureText {
  private FailureText() {}

  /** The failure in the platform's words, then what the driver said first, in brackets. */
  static String of(StoreException failure) {
    String text = String.valueOf(failure.getMessage());
    String reason = "";
    String subject = "";
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof GeneralSecurityException) {
        subject = "certificate: ";
      }
      String message = cause.getMessage();
      if (message != null && !message.isBlank()) {
        reason = message.strip().lines().findFirst().orElse("");
      }
    }
    return reason.isEmpty() || text.contains(reason) ? text : text + " (" + subject + reason + ")";
  }
}

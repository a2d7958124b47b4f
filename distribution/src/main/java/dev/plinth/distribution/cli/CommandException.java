package dev.plinth.distribution.cli;

/** A command cannot do what it was asked; the message is all that a person needs. */
@SuppressWarnings("serial") // never serialised
final class CommandException extends RuntimeException {
  private final int exitCode;

  /**
   * A failure.
   *
   * @param exitCode one of {@link ExitCodes}
   * @param message what went wrong
   */
  CommandException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}

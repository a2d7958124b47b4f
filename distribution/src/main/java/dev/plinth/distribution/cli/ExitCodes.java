package dev.plinth.distribution.cli;

/** What the program's exit codes mean; {@code --help} says the same. */
final class ExitCodes {
  /** Done. */
  static final int DONE = 0;

  /** The launcher did not start, or a command failed. */
  static final int FAILED = 1;

  /** The configuration or the command line is wrong. */
  static final int USAGE = 2;

  /** What was asked for is not there, or a condition did not hold. */
  static final int NOT_FOUND = 3;

  /** No launcher answers, or the store does not, or it refuses the credentials. */
  static final int UNAVAILABLE = 4;

  private ExitCodes() {}
}

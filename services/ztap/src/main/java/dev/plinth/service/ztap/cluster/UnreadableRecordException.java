package dev.plinth.service.ztap.cluster;

/** What is stored is not the document it should be. */
@SuppressWarnings("serial") // never serialised
final class UnreadableRecordException extends Exception {
  private final String problem;

  UnreadableRecordException(String problem) {
    super(problem);
    this.problem = problem;
  }

  String problem() {
    return problem;
  }
}

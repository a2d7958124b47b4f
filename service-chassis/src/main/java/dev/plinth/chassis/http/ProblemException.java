package dev.plinth.chassis.http;

/** Ends a request with a problem that only the transport knows. */
@SuppressWarnings("serial") // carries values that are not serialised
public final class ProblemException extends RuntimeException {
  private final Problem problem;

  /**
   * Ends the request.
   *
   * @param problem what to answer
   */
  public ProblemException(Problem problem) {
    super(problem.detail());
    this.problem = problem;
  }

  /**
   * Returns what to answer.
   *
   * @return the problem
   */
  public Problem problem() {
    return problem;
  }
}

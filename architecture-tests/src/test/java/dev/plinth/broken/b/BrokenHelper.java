package dev.plinth.broken.b;

import dev.plinth.broken.a.BrokenOutside;
import jakarta.inject.Inject;

/** Breaks rules that hold everywhere: a vague name, two constructors, a package in a cycle. */
@SuppressWarnings("all")
public final class BrokenHelper {
  public BrokenHelper() {}

  @Inject
  BrokenHelper(BrokenOutside cycle) {}

  void everything() throws Exception {
    throw new BrokenProblem();
  }

  /** Breaks a rule: an exception that does not say so. */
  static final class BrokenProblem extends Exception {}
}

package dev.plinth.service.labmgr.document;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects everything that is wrong with a request, so that it can be said at once.
 *
 * <p>One thread at a time.
 */
public final class Violations {

  /**
   * One thing that is wrong.
   *
   * @param field the path, such as {@code spec.awsConfig.amiId}
   * @param message what is expected; never the value of a secret
   */
  public record Violation(String field, String message) {}

  private final List<Violation> found = new ArrayList<>();

  /** Notes one thing. */
  public void add(String field, String message) {
    found.add(new Violation(field, message));
  }

  /** Says whether nothing is wrong so far. */
  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** Says whether nothing is wrong at a path or below it. */
  public boolean isClean(String path) {
    return found.stream()
        .map(Violation::field)
        .noneMatch(field ->
            field.equals(path) || field.startsWith(path + ".") || field.startsWith(path + "["));
  }

  /** Returns what was found, in the order it was found. */
  public List<Violation> list() {
    return List.copyOf(found);
  }
}

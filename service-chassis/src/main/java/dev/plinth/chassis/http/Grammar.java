package dev.plinth.chassis.http;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What a text may look like.
 *
 * <p>Immutable.
 *
 * @param rule in words, to follow "must be"
 * @param test whether a text is fine
 */
public record Grammar(String rule, Predicate<String> test) {
  private static final int LONGEST_TEXT = 256;

  /** Ids of jobs, nodes and policies. */
  public static final Grammar ID =
      matching("1 to 128 of the characters A-Z a-z 0-9 . _ : -", "[A-Za-z0-9._:-]{1,128}");

  /** Names of lab resources and namespaces. */
  public static final Grammar DNS_LABEL =
      matching(
          "1 to 63 of the characters a-z 0-9 -, with a letter or digit first and last",
          "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /** Ids of users and devices. */
  public static final Grammar TEXT =
      new Grammar(
          "1 to 256 bytes of UTF-8 without control characters",
          text ->
              !text.isEmpty()
                  && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_TEXT
                  && text.chars().noneMatch(Character::isISOControl)
                  && StandardCharsets.UTF_8.newEncoder().canEncode(text));

  /** Checks that nothing is null. */
  public Grammar {
    requireNonNull(rule, "rule");
    requireNonNull(test, "test");
  }

  /**
   * Returns the grammar of a regular expression.
   *
   * @param rule in words, to follow "must be"
   * @param expression what the whole text must match
   * @return the grammar
   */
  public static Grammar matching(String rule, String expression) {
    Pattern pattern = Pattern.compile(expression);
    return new Grammar(rule, text -> pattern.matcher(text).matches());
  }

  /**
   * Says whether a text is fine.
   *
   * @param text which
   * @return whether it follows the rule
   */
  public boolean accepts(String text) {
    return test.test(text);
  }
}

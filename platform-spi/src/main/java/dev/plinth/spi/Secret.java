package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

/**
 * A text that is never printed, such as a password.
 *
 * <p>Immutable.
 *
 * @since 0.1
 */
public final class Secret {
  private final String content;

  private Secret(String content) {
    this.content = requireNonNull(content);
  }

  /**
   * Hides a text.
   *
   * @param content the text
   * @return the secret
   */
  public static Secret of(String content) {
    return new Secret(content);
  }

  /**
   * Returns the text, for the one place that needs it.
   *
   * @return what must not be printed
   */
  public String reveal() {
    return content;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that && content.equals(that.content);
  }

  @Override
  public int hashCode() {
    return content.hashCode();
  }

  /** Returns three asterisks. */
  @Override
  public String toString() {
    return "***";
  }
}

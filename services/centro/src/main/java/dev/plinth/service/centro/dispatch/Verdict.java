package dev.plinth.service.centro.dispatch;

/**
 * What a node that claims or reports is told.
 *
 * <p>Immutable.
 *
 * @param isAccepted whether it was done, now or before
 * @param text what, or why not, for people
 */
public record Verdict(boolean isAccepted, String text) {
  static Verdict accepted(String text) {
    return new Verdict(true, text);
  }

  static Verdict refused(String text) {
    return new Verdict(false, text);
  }
}

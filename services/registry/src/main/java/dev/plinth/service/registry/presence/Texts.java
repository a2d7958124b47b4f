package dev.plinth.service.registry.presence;

import java.util.Optional;

/** The rule that every name in the registry obeys. */
final class Texts {
  static final int LONGEST_BYTES = 256;

  private Texts() {}

  /** Says what is wrong with a name, if anything. */
  static Optional<String> violation(String text) {
    if (text.isEmpty()) {
      return Optional.of("must not be empty");
    }
    long bytes = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      if (Character.isISOControl(codePoint)) {
        return Optional.of("must not contain control characters");
      }
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        return Optional.of("must be valid Unicode");
      }
      bytes += utf8Length(codePoint);
      i += Character.charCount(codePoint);
    }
    return bytes > LONGEST_BYTES
        ? Optional.of("must be at most " + LONGEST_BYTES + " bytes of UTF-8, is " + bytes)
        : Optional.empty();
  }

  /** Returns the name, or refuses it. */
  static String checked(String what, String text) {
    Optional<String> violation = violation(text);
    if (violation.isPresent()) {
      throw new IllegalArgumentException(what + " " + violation.get());
    }
    return text;
  }

  private static int utf8Length(int codePoint) {
    if (codePoint < 0x80) {
      return 1;
    }
    if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x10000 ? 3 : 4;
  }
}

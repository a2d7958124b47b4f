package dev.plinth.spi;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The one key codec: a root and segments, divided by {@code /}, readable by plain prefix reads.
 *
 * <p>Immutable. A segment is any text that is not empty and has no unpaired surrogates; {@code /},
 * {@code %} and control characters in it are written as {@code %XX}, so that no segment can reach
 * into another and what is written is parsed back exactly. A prefix always ends with the delimiter:
 * the children of {@code a} never include those of {@code ab}.
 *
 * @since 0.1
 */
public final class KeySpace {
  private static final char DELIMITER = '/';

  private final String root;

  private KeySpace(String root) {
    this.root = root;
  }

  /**
   * Returns the key space below a root path.
   *
   * @param root such as {@code /centro}; a leading delimiter is added, a trailing one dropped;
   *     taken as it is, nothing in it is escaped; {@code ""} or {@code "/"} is the top
   * @return the key space
   */
  public static KeySpace of(String root) {
    String path = root;
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    return new KeySpace(path.isEmpty() || path.startsWith("/") ? path : DELIMITER + path);
  }

  /**
   * Returns the root path.
   *
   * @return with a leading and without a trailing delimiter; empty for the top
   */
  public String root() {
    return root;
  }

  /**
   * Returns the key space one or more segments further down.
   *
   * @param segments each escaped
   * @return the key space below them
   * @throws IllegalArgumentException if a segment is empty or not valid text
   */
  public KeySpace child(String... segments) {
    return new KeySpace(path(segments));
  }

  /**
   * Returns the key of the given segments below the root.
   *
   * @param segments at least one, each escaped
   * @return the key
   * @throws IllegalArgumentException if there is none, or one is empty or not valid text
   */
  public Key key(String... segments) {
    if (segments.length == 0) {
      throw new IllegalArgumentException("a key needs at least one segment below " + root);
    }
    return Key.utf8(path(segments));
  }

  /**
   * Returns every key below the given segments, not the key of the segments themselves.
   *
   * @param segments none for all below the root
   * @return the range of a prefix that ends with the delimiter
   * @throws IllegalArgumentException if a segment is empty or not valid text
   */
  public KeyRange below(String... segments) {
    return KeyRange.prefix(Key.utf8(path(segments) + DELIMITER));
  }

  /**
   * Parses a key of this key space.
   *
   * @param key any key
   * @return its segments below the root, unescaped; nothing if the key is not one that {@link #key}
   *     can have written
   */
  public Optional<List<String>> parse(Key key) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(key.asReadOnlyBuffer()).toString();
    } catch (CharacterCodingException notText) {
      return Optional.empty();
    }
    if (!text.startsWith(root + DELIMITER)) {
      return Optional.empty();
    }
    List<String> segments = new ArrayList<>();
    int from = root.length() + 1;
    while (true) {
      int to = text.indexOf(DELIMITER, from);
      String written = text.substring(from, to < 0 ? text.length() : to);
      Optional<String> segment = unescape(written);
      if (written.isEmpty() || segment.isEmpty()) {
        return Optional.empty();
      }
      segments.add(segment.get());
      if (to < 0) {
        return Optional.of(List.copyOf(segments));
      }
      from = to + 1;
    }
  }

  /**
   * Writes a number so that the byte order of segments is the order of the numbers.
   *
   * @param number zero or more
   * @return 20 decimal digits
   * @throws IllegalArgumentException if the number is negative
   */
  public static String ordered(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("not ordered as a segment: " + number);
    }
    String digits = Long.toString(number);
    return "0".repeat(20 - digits.length()) + digits;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeySpace that && root.equals(that.root);
  }

  @Override
  public int hashCode() {
    return root.hashCode();
  }

  @Override
  public String toString() {
    return root + DELIMITER;
  }

  private String path(String... segments) {
    StringBuilder path = new StringBuilder(root);
    for (String segment : segments) {
      if (segment.isEmpty()) {
        throw new IllegalArgumentException("empty segment below " + path);
      }
      if (hasHalfCharacter(segment)) {
        // UTF-8 cannot write it, so it would share a key with another segment.
        throw new IllegalArgumentException("segment with half a character below " + path);
      }
      path.append(DELIMITER);
      escape(segment, path);
    }
    return path.toString();
  }

  private static boolean hasHalfCharacter(String segment) {
    return segment
        .codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private static void escape(String segment, StringBuilder to) {
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == DELIMITER || c == '%' || isControl(c)) {
        to.append('%').append(hexDigit(c >> 4)).append(hexDigit(c & 0xf));
      } else {
        to.append(c);
      }
    }
  }

  private static boolean isControl(int c) {
    return c < 0x20 || c == 0x7f;
  }

  private static char hexDigit(int value) {
    return Character.toUpperCase(Character.forDigit(value, 16));
  }

  /**
   * Undoes {@link #escape}; refuses what it would not have written, so that two keys never mean one
   * name.
   */
  private static Optional<String> unescape(String written) {
    if (written.indexOf('%') < 0) {
      return written.chars().anyMatch(KeySpace::isControl)
          ? Optional.empty()
          : Optional.of(written);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(written.length());
    byte[] content = written.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < content.length; i++) {
      if (content[i] != '%') {
        bytes.write(content[i]);
        continue;
      }
      if (i + 2 >= content.length) {
        return Optional.empty();
      }
      int high = Character.digit(content[i + 1], 16);
      int low = Character.digit(content[i + 2], 16);
      if (high < 0 || low < 0) {
        return Optional.empty();
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    String segment = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
    StringBuilder again = new StringBuilder();
    escape(segment, again);
    return again.toString().equals(written) ? Optional.of(segment) : Optional.empty();
  }
}

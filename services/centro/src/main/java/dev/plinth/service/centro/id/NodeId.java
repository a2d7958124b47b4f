package dev.plinth.service.centro.id;

import java.util.regex.Pattern;

/**
 * The name of a node.
 *
 * <p>Immutable.
 *
 * @param value letters, digits and {@code . _ : -}, 1 to 128 of them
 */
public record NodeId(String value) implements Comparable<NodeId> {
  /** The grammar in words, to be put behind the offending text. */
  public static final String RULE = "must be 1 to 128 letters, digits or . _ : -";

  private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  /** Checks the grammar. */
  public NodeId {
    if (!isValid(value)) {
      throw new IllegalArgumentException("node id " + RULE);
    }
  }

  /**
   * Returns the id of this name.
   *
   * @param value the name
   * @return the id
   * @throws IllegalArgumentException if the name is outside the grammar
   */
  public static NodeId of(String value) {
    return new NodeId(value);
  }

  /**
   * Says whether a text may be the name of a node.
   *
   * @param text any text
   * @return whether it may
   */
  public static boolean isValid(String text) {
    return GRAMMAR.matcher(text).matches();
  }

  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}

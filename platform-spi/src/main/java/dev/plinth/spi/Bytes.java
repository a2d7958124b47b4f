package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A sequence of bytes that never changes; ordered as unsigned bytes.
 *
 * <p>Immutable. A {@code byte[]} that goes in or comes out is copied.
 *
 * @since 0.1
 */
public final class Bytes implements Comparable<Bytes> {
  /** No bytes at all; as a value this is different from a missing key. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /**
   * Returns a copy of {@code content}.
   *
   * @param content the bytes
   * @return the same bytes, immutable
   */
  public static Bytes of(byte... content) {
    return content.length == 0 ? EMPTY : new Bytes(content.clone());
  }

  /**
   * Returns the UTF-8 form of {@code text}.
   *
   * @param text any text
   * @return its bytes
   */
  public static Bytes utf8(String text) {
    return text.isEmpty() ? EMPTY : new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns the number of bytes.
   *
   * @return zero or more
   */
  public int size() {
    return content.length;
  }

  /**
   * Says whether there are no bytes.
   *
   * @return whether {@link #size()} is zero
   */
  public boolean isEmpty() {
    return content.length == 0;
  }

  /**
   * Returns the byte at a position.
   *
   * @param index from 0
   * @return the byte
   * @throws IndexOutOfBoundsException if there is no such position
   */
  public byte at(int index) {
    return content[index];
  }

  /**
   * Returns a copy of the bytes.
   *
   * @return an array of the caller's own
   */
  public byte[] toArray() {
    return content.clone();
  }

  /**
   * Returns a read-only view, without a copy.
   *
   * @return a buffer over all bytes
   */
  public ByteBuffer asReadOnlyBuffer() {
    return ByteBuffer.wrap(content).asReadOnlyBuffer();
  }

  /**
   * Reads the bytes as UTF-8; what is not UTF-8 becomes the replacement character.
   *
   * @return the text
   */
  public String utf8() {
    return new String(content, StandardCharsets.UTF_8);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(content, requireNonNull(other).content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  /**
   * Returns the text if it is short and printable, else the size and the first bytes in
   * hexadecimal.
   */
  @Override
  public String toString() {
    return printable(content);
  }

  static String printable(byte[] content) {
    boolean plain = content.length <= 256;
    for (int i = 0; plain && i < content.length; i++) {
      plain = content[i] >= 0x20 && content[i] < 0x7f;
    }
    if (plain) {
      return new String(content, StandardCharsets.US_ASCII);
    }
    int shown = Math.min(content.length, 32);
    return "0x"
        + HexFormat.of().formatHex(content, 0, shown)
        + (shown < content.length ? "... (" + content.length + " bytes)" : "");
  }
}

package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name of an entry: bytes, ordered as unsigned bytes (G10).
 *
 * <p>Immutable. An empty key can be built, because that is what users send; every store refuses it
 * with {@link RequestRefusedException.Reason#KEY_NOT_PROVIDED}.
 *
 * @since 0.1
 */
public final class Key implements Comparable<Key> {
  private final byte[] content;

  private Key(byte[] content) {
    this.content = content;
  }

  /**
   * Returns a key of these bytes.
   *
   * @param content copied
   * @return the key
   */
  public static Key of(byte... content) {
    return new Key(content.clone());
  }

  /**
   * Returns the key of these bytes.
   *
   * @param content the bytes
   * @return the key
   */
  public static Key of(Bytes content) {
    return new Key(content.toArray());
  }

  /**
   * Returns the key that is the UTF-8 form of {@code text}.
   *
   * @param text any text; nothing is escaped, see {@link KeySpace} for that
   * @return the key
   */
  public static Key utf8(String text) {
    return new Key(text.getBytes(StandardCharsets.UTF_8));
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
   * Says whether there are no bytes; stores refuse such a key.
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
   * Says whether this key begins with all bytes of another.
   *
   * @param prefix what to look for
   * @return whether it does; true for an empty prefix
   */
  public boolean startsWith(Key prefix) {
    int length = prefix.content.length;
    return content.length >= length && Arrays.equals(content, 0, length, prefix.content, 0, length);
  }

  /**
   * Returns the smallest key that is greater than this one.
   *
   * @return this key with one zero byte behind it
   */
  public Key next() {
    return new Key(Arrays.copyOf(content, content.length + 1));
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
   * Returns the bytes.
   *
   * @return the content as {@link Bytes}
   */
  public Bytes toBytes() {
    return Bytes.of(content);
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
  public int compareTo(Key other) {
    return Arrays.compareUnsigned(content, requireNonNull(other).content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key that && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  /** Returns the text if it is short and printable, else the first bytes in hexadecimal. */
  @Override
  public String toString() {
    return Bytes.printable(content);
  }
}

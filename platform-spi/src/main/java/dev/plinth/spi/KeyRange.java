package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An interval of keys: start included, end excluded (G10).
 *
 * <p>Immutable. A range whose end is not above its start is empty: reading or deleting it touches
 * nothing and is no error; watching it is refused.
 *
 * @since 0.1
 */
public final class KeyRange {
  private static final Key LOWEST = Key.of((byte) 0);

  private final Key start;
  private final @Nullable Key end;
  private final boolean single;

  private KeyRange(Key start, @Nullable Key end, boolean single) {
    this.start = requireNonNull(start, "start");
    this.end = end;
    this.single = single;
  }

  /**
   * Returns the range that holds one key.
   *
   * @param key the key
   * @return its range
   */
  public static KeyRange single(Key key) {
    return new KeyRange(key, null, true);
  }

  /**
   * Returns all keys that begin with a prefix.
   *
   * @param prefix an empty one means every key
   * @return the range; unbounded if the prefix consists of 0xff bytes only
   */
  public static KeyRange prefix(Key prefix) {
    if (prefix.isEmpty()) {
      return all();
    }
    byte[] content = prefix.toArray();
    for (int i = content.length - 1; i >= 0; i--) {
      if (content[i] != (byte) 0xff) {
        byte[] above = Arrays.copyOf(content, i + 1);
        above[i]++;
        return new KeyRange(prefix, Key.of(above), false);
      }
    }
    return from(prefix);
  }

  /**
   * Returns a half-open range.
   *
   * @param start the first key that belongs to it
   * @param end the first key that no longer belongs to it
   * @return the range, empty if {@code end} is not above {@code start}
   */
  public static KeyRange between(Key start, Key end) {
    return new KeyRange(start, requireNonNull(end, "end"), false);
  }

  /**
   * Returns every key from {@code start} on.
   *
   * @param start the first key that belongs to it
   * @return the range
   */
  public static KeyRange from(Key start) {
    return new KeyRange(start, null, false);
  }

  /**
   * Returns the whole key space.
   *
   * @return the range of every key
   */
  public static KeyRange all() {
    return new KeyRange(LOWEST, null, false);
  }

  /**
   * Returns the first key that belongs to the range.
   *
   * @return the start
   */
  public Key start() {
    return start;
  }

  /**
   * Returns the first key behind the range.
   *
   * @return the end, or nothing if the range has none
   */
  public Optional<Key> end() {
    return single ? Optional.of(start.next()) : Optional.ofNullable(end);
  }

  /**
   * Says whether the range was made to hold exactly one key.
   *
   * @return whether it came from {@link #single(Key)}
   */
  public boolean isSingle() {
    return single;
  }

  /**
   * Says whether no key can be in the range.
   *
   * @return whether the end is not above the start
   */
  public boolean isEmpty() {
    return end != null && end.compareTo(start) <= 0;
  }

  /**
   * Says whether a key is in the range.
   *
   * @param key any key
   * @return whether it is
   */
  public boolean contains(Key key) {
    if (single) {
      return start.equals(key);
    }
    return start.compareTo(key) <= 0 && (end == null || key.compareTo(end) < 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyRange that
        && start.equals(that.start)
        && single == that.single
        && Objects.equals(end, that.end);
  }

  @Override
  public int hashCode() {
    return Objects.hash(start, end, single);
  }

  @Override
  public String toString() {
    if (single) {
      return start.toString();
    }
    return "[" + start + ", " + (end == null ? "..." : end) + ")";
  }
}

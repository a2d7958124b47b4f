package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Takes out what a {@link WireWriter} put in. */
final class WireReader {
  private final byte[] content;
  private int position;

  WireReader(byte[] content) {
    this.content = content;
  }

  /** A sentence for whoever runs members of different versions. */
  static IllegalArgumentException unknown(String what, int number) {
    return new IllegalArgumentException(
        "a member sent a "
            + what
            + " of kind or version "
            + number
            + ", which this member does not know; all members must run the same version");
  }

  int octet() {
    if (position >= content.length) {
      throw new IllegalArgumentException("a message between members is cut off");
    }
    return content[position++] & 0xff;
  }

  boolean flag() {
    return octet() != 0;
  }

  long number() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = octet();
      value |= (next & 0x7fL) << shift;
      if ((next & 0x80) == 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a message between members holds an endless number");
  }

  int count() {
    long value = number();
    if (value < 0 || value > content.length - position) {
      throw new IllegalArgumentException("a message between members is cut off");
    }
    return (int) value;
  }

  byte[] array() {
    int length = count();
    position += length;
    return Arrays.copyOfRange(content, position - length, position);
  }

  Bytes bytes() {
    return Bytes.of(array());
  }

  String text() {
    return new String(array(), StandardCharsets.UTF_8);
  }

  UUID uuid() {
    long most = number();
    return new UUID(most, number());
  }

  Key key() {
    return Key.of(array());
  }

  Revision revision() {
    return Revision.of(number());
  }

  LeaseId lease() {
    return LeaseId.of(number());
  }

  KeyRange range() {
    int kind = octet();
    return switch (kind) {
      case 0 -> KeyRange.single(key());
      case 1 -> KeyRange.from(key());
      case 2 -> {
        Key start = key();
        yield KeyRange.between(start, key());
      }
      default -> throw unknown("range", kind);
    };
  }

  Entry entry() {
    Key key = key();
    Bytes value = bytes();
    Revision created = revision();
    Revision modified = revision();
    long version = number();
    return new Entry(key, value, created, modified, version, optional(this::lease));
  }

  <T> Optional<T> optional(Supplier<T> read) {
    return flag() ? Optional.of(read.get()) : Optional.empty();
  }

  <T> List<T> all(Supplier<T> read) {
    int count = count();
    List<T> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(read.get());
    }
    return values;
  }
}

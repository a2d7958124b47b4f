package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Puts values behind one another as bytes; {@link WireReader} takes them out again. */
final class WireWriter {
  private byte[] content = new byte[128];
  private int size;

  private void room(int more) {
    if (content.length - size < more) {
      content = Arrays.copyOf(content, Math.max(size + more, content.length * 2));
    }
  }

  int size() {
    return size;
  }

  byte[] toArray() {
    return Arrays.copyOf(content, size);
  }

  void octet(int value) {
    room(1);
    content[size++] = (byte) value;
  }

  void flag(boolean value) {
    octet(value ? 1 : 0);
  }

  /** All members run the same version, so the position of a constant is as good as its name. */
  @SuppressWarnings("EnumOrdinal")
  void constant(Enum<?> value) {
    octet(value.ordinal());
  }

  /** Seven bits in each byte, the lowest first: small numbers take one byte. */
  void number(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      content[size++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    content[size++] = (byte) rest;
  }

  void bytes(byte[] value) {
    number(value.length);
    room(value.length);
    System.arraycopy(value, 0, content, size, value.length);
    size += value.length;
  }

  void bytes(Bytes value) {
    bytes(value.toArray());
  }

  void text(String value) {
    bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  void uuid(UUID value) {
    number(value.getMostSignificantBits());
    number(value.getLeastSignificantBits());
  }

  void key(Key value) {
    bytes(value.toArray());
  }

  void revision(Revision value) {
    number(value.value());
  }

  void lease(LeaseId value) {
    number(value.value());
  }

  void range(KeyRange range) {
    if (range.isSingle()) {
      octet(0);
      key(range.start());
    } else if (range.end().isEmpty()) {
      octet(1);
      key(range.start());
    } else {
      octet(2);
      key(range.start());
      key(range.end().get());
    }
  }

  void entry(Entry entry) {
    key(entry.key());
    bytes(entry.value());
    revision(entry.created());
    revision(entry.modified());
    number(entry.version());
    optional(entry.lease(), this::lease);
  }

  <T> void optional(Optional<T> value, Consumer<T> write) {
    flag(value.isPresent());
    value.ifPresent(write);
  }

  <T> void all(Collection<T> values, Consumer<T> write) {
    number(values.size());
    values.forEach(write);
  }
}

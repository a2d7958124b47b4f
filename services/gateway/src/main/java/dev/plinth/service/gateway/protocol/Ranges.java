package dev.plinth.service.gateway.protocol;

import com.google.protobuf.ByteString;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import io.etcd.jetcd.api.KeyValue;
import java.util.Optional;

/** Translates keys, ranges and entries. Holds nothing. */
public final class Ranges {
  /** As the end of a range: there is none. */
  private static final ByteString NO_END = ByteString.copyFrom(new byte[1]);

  private Ranges() {}

  /**
   * Translates a range.
   *
   * @param key its first key
   * @param end empty for that key alone, one zero byte for no end, else the first key behind it
   * @return the range; empty if the end is not above the key
   */
  public static KeyRange of(ByteString key, ByteString end) {
    Key start = key(key);
    if (end.isEmpty()) {
      return KeyRange.single(start);
    }
    return end.equals(NO_END) ? KeyRange.from(start) : KeyRange.between(start, key(end));
  }

  /**
   * Translates a key.
   *
   * @param key of a request
   * @return the same bytes
   */
  public static Key key(ByteString key) {
    return Key.of(key.toByteArray());
  }

  /**
   * Translates a value.
   *
   * @param value of a request
   * @return the same bytes
   */
  public static Bytes bytes(ByteString value) {
    return Bytes.of(value.toByteArray());
  }

  /**
   * Translates a key.
   *
   * @param key of the store
   * @return the same bytes
   */
  public static ByteString string(Key key) {
    return ByteString.copyFrom(key.asReadOnlyBuffer());
  }

  /**
   * Translates a value.
   *
   * @param value of the store
   * @return the same bytes
   */
  public static ByteString string(Bytes value) {
    return value.isEmpty() ? ByteString.EMPTY : ByteString.copyFrom(value.asReadOnlyBuffer());
  }

  /**
   * Translates a lease.
   *
   * @param id of a request
   * @return the lease, unless the request names none
   */
  public static Optional<LeaseId> lease(long id) {
    return id == 0 ? Optional.empty() : Optional.of(LeaseId.of(id));
  }

  /**
   * Translates an entry, or what a deletion leaves of one.
   *
   * @param entry of the store
   * @return the same as the protocol has it
   */
  public static KeyValue keyValue(Entry entry) {
    return KeyValue.newBuilder()
        .setKey(string(entry.key()))
        .setValue(string(entry.value()))
        .setCreateRevision(entry.created().value())
        .setModRevision(entry.modified().value())
        .setVersion(entry.version())
        .setLease(entry.lease().map(LeaseId::value).orElse(0L))
        .build();
  }
}

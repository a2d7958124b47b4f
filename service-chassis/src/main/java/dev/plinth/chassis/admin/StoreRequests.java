package dev.plinth.chassis.admin;

import dev.plinth.chassis.http.Grammar;
import dev.plinth.chassis.http.JsonReader;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Reads keys, ranges and leases from requests. A range is {@code key}, {@code prefix} (empty for
 * everything), or {@code start} with or without {@code end}; each also with {@code _base64}. Holds
 * nothing.
 */
final class StoreRequests {
  static final Grammar LEASE =
      Grammar.matching("a lease id: 1 to 16 hexadecimal digits, not 0", "(?!0+$)[0-9a-f]{1,16}");

  private static final Key PLACEHOLDER = Key.utf8("?");

  private StoreRequests() {}

  static KeyRange range(RequestReader request) {
    return range(request::query, request::reject);
  }

  static KeyRange range(JsonReader reader) {
    return range(reader::optionalString, reader::reject);
  }

  private static KeyRange range(
      Function<String, Optional<String>> read, BiConsumer<String, String> reject) {
    Optional<Bytes> key = bytes("key", read, reject);
    Optional<Bytes> prefix = bytes("prefix", read, reject);
    Optional<Bytes> start = bytes("start", read, reject);
    Optional<Bytes> end = bytes("end", read, reject);
    List<String> given = new ArrayList<>();
    key.ifPresent(k -> given.add("key"));
    prefix.ifPresent(p -> given.add("prefix"));
    start.ifPresent(s -> given.add("start"));
    if (given.size() != 1) {
      reject.accept(
          given.isEmpty() ? "key" : given.getLast(), "exactly one of key, prefix, start is needed");
      return KeyRange.single(PLACEHOLDER);
    }
    if (end.isPresent() && start.isEmpty()) {
      reject.accept("end", "goes with start");
    }
    if (prefix.isPresent()) {
      return KeyRange.prefix(Key.of(prefix.get()));
    }
    Key first = Key.of(key.or(() -> start).orElse(Bytes.EMPTY));
    if (first.isEmpty()) {
      reject.accept(given.getFirst(), "must not be empty");
      return KeyRange.single(PLACEHOLDER);
    }
    if (key.isPresent()) {
      return KeyRange.single(first);
    }
    return end.map(e -> KeyRange.between(first, Key.of(e))).orElseGet(() -> KeyRange.from(first));
  }

  static Key key(JsonReader reader) {
    Optional<Bytes> key = bytes(reader, "key");
    if (key.isEmpty() || key.get().isEmpty()) {
      reader.reject("key", "is required, and must not be empty");
      return PLACEHOLDER;
    }
    return Key.of(key.get());
  }

  static Optional<Bytes> bytes(JsonReader reader, String field) {
    return bytes(field, reader::optionalString, reader::reject);
  }

  static Optional<LeaseId> lease(JsonReader reader, String field) {
    return reader.optionalString(field, LEASE).map(StoreRequests::lease);
  }

  static LeaseId lease(String text) {
    return LEASE.accepts(text) ? LeaseId.of(Long.parseUnsignedLong(text, 16)) : LeaseId.NONE;
  }

  private static Optional<Bytes> bytes(
      String field, Function<String, Optional<String>> read, BiConsumer<String, String> reject) {
    String encodedField = field + StoreJson.BASE64;
    Optional<String> text = read.apply(field);
    Optional<String> encoded = read.apply(encodedField);
    if (text.isPresent() && encoded.isPresent()) {
      reject.accept(encodedField, "does not go with " + field);
    }
    if (encoded.isEmpty()) {
      return text.map(Bytes::utf8);
    }
    try {
      return Optional.of(Bytes.of(Base64.getDecoder().decode(encoded.get())));
    } catch (IllegalArgumentException notBase64) {
      reject.accept(encodedField, "is not Base64");
      return Optional.of(Bytes.utf8("?"));
    }
  }
}

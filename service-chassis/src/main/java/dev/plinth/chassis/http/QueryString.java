package dev.plinth.chassis.http;

import dev.plinth.chassis.error.FieldErrors;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of a query. What is not well encoded is a mistake, where lenient parsers would
 * drop it in silence.
 *
 * <p>Immutable.
 */
final class QueryString {
  private final Map<String, List<String>> values;

  private QueryString(Map<String, List<String>> values) {
    this.values = values;
  }

  static QueryString parse(String raw, FieldErrors errors) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String pair : raw.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int sign = pair.indexOf('=');
      Optional<String> name = decode(sign < 0 ? pair : pair.substring(0, sign));
      Optional<String> value = decode(sign < 0 ? "" : pair.substring(sign + 1));
      if (name.isEmpty() || value.isEmpty()) {
        errors.add(name.orElse(""), "is not well encoded in the query");
      }
      name.ifPresent(n -> values.computeIfAbsent(n, k -> new ArrayList<>()).add(value.orElse("")));
    }
    return new QueryString(values);
  }

  List<String> names() {
    return List.copyOf(values.keySet());
  }

  List<String> values(String name) {
    return values.getOrDefault(name, List.of());
  }

  private static Optional<String> decode(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length);
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] == '+') {
        decoded.write(' ');
      } else if (encoded[i] != '%') {
        decoded.write(encoded[i]);
      } else {
        boolean whole = i + 2 < encoded.length;
        int high = whole ? Character.digit(encoded[i + 1], 16) : -1;
        int low = whole ? Character.digit(encoded[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        decoded.write(high << 4 | low);
        i += 2;
      }
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(decoded.toByteArray()))
              .toString());
    } catch (CharacterCodingException notUtf8) {
      return Optional.empty();
    }
  }
}

package dev.plinth.service.labmgr.resource;

import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the next page of a list begins, and at which revision.
 *
 * <p>Immutable.
 *
 * @param revision every page of the list is read at this one
 * @param query tells one list from another
 * @param after the last key of the page before
 */
record ContinueToken(Revision revision, int query, Key after) {
  private static final Pattern FORM = Pattern.compile("1:(\\d{1,18}):(-?\\d{1,9}):(.+)");

  /** Returns the token as it is given to clients. */
  String encoded() {
    String text = "1:" + revision + ":" + query + ":" + after.utf8();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads what a client sent; nothing if it is no token. */
  static Optional<ContinueToken> decode(String text) {
    try {
      Matcher matcher =
          FORM.matcher(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
      if (!matcher.matches()) {
        return Optional.empty();
      }
      return Optional.of(
          new ContinueToken(
              Revision.of(Long.parseLong(matcher.group(1))),
              Integer.parseInt(matcher.group(2)),
              Key.utf8(matcher.group(3))));
    } catch (IllegalArgumentException notAToken) {
      return Optional.empty();
    }
  }
}

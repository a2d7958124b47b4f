package dev.plinth.chassis.http;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Revision;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Where the next page of a list begins, and at which revision; opaque to clients.
 *
 * <p>Immutable. A token that was cut, altered, or given out by another list is noticed. It grants
 * nothing: whoever forges one reads what the list would have shown anyway.
 *
 * @param revision at which every page of the list is read
 * @param after the last item of the page before
 */
public record PageToken(Revision revision, String after) {
  private static final Pattern FORM =
      Pattern.compile("1\\.([0-9a-f]{1,8})\\.(\\d{1,18})\\.(.*)", Pattern.DOTALL);

  /** Checks that nothing is null. */
  public PageToken {
    requireNonNull(revision, "revision");
    requireNonNull(after, "after");
  }

  static Optional<PageToken> parse(String scope, String text) {
    byte[] content;
    try {
      content = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
    Matcher matcher = FORM.matcher(new String(content, StandardCharsets.UTF_8));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    PageToken token =
        new PageToken(Revision.of(Long.parseLong(matcher.group(2))), matcher.group(3));
    return token.encode(scope).equals(text) ? Optional.of(token) : Optional.empty();
  }

  String encode(String scope) {
    String position = revision.value() + "." + after;
    String text = "1." + checksum(scope + "\n" + position) + "." + position;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String checksum(String text) {
    CRC32C checksum = new CRC32C();
    checksum.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(checksum.getValue());
  }
}

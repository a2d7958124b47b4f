package dev.plinth.chassis.http;

import dev.plinth.chassis.error.ValidationException;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;

/** Reads the body of a request, within its limit. Holds nothing. */
public final class RequestBody {
  /** The largest body that is read. */
  public static final int LIMIT_BYTES = 1 << 20;

  /** What a client that sends too much is listened to, so that it hears the answer. */
  private static final long MOST_DISCARDED = 8L << 20;

  private static final String JSON = "application/json";

  private RequestBody() {}

  /**
   * Reads a body of JSON.
   *
   * @param ctx the request
   * @return UTF-8, as sent; empty if nothing was sent
   * @throws ProblemException with 413 if it is larger than {@link #LIMIT_BYTES}, with 415 if it is
   *     something else than JSON
   */
  public static byte[] json(Context ctx) {
    return read(ctx, List.of(JSON));
  }

  /**
   * Reads a body of one of some media types.
   *
   * @param ctx the request
   * @param mediaTypes what is understood
   * @return as sent; empty if nothing was sent
   * @throws ProblemException with 413 if it is larger than {@link #LIMIT_BYTES}, with 415 if it is
   *     of another type
   */
  public static byte[] read(Context ctx, List<String> mediaTypes) {
    String declared = ctx.contentType();
    boolean sent = ctx.req().getContentLengthLong() != 0;
    if (declared == null ? sent && !isEmptyChunked(ctx) : !understood(declared, mediaTypes)) {
      throw new ProblemException(
          Problem.of(
                  415,
                  "unsupported-media-type",
                  "The body is of a type that is not understood",
                  "Send it as " + String.join(" or ", mediaTypes) + " in UTF-8")
              .withHeader("Accept", String.join(", ", mediaTypes)));
    }
    return read(ctx);
  }

  private static byte[] read(Context ctx) {
    long announced = ctx.req().getContentLengthLong();
    try {
      InputStream in = ctx.req().getInputStream();
      byte[] content = announced > LIMIT_BYTES ? new byte[0] : in.readNBytes(LIMIT_BYTES);
      if (announced > LIMIT_BYTES || in.read() >= 0) {
        discard(in);
        throw new ProblemException(
            Problem.of(
                    413,
                    "too-large",
                    "The body is too large",
                    "A body may have " + LIMIT_BYTES + " bytes")
                .withHeader("Connection", "close"));
      }
      return content;
    } catch (IOException broken) {
      throw new ValidationException("", "the body ended early");
    }
  }

  private static void discard(InputStream in) throws IOException {
    byte[] scratch = new byte[8192];
    long left = MOST_DISCARDED;
    for (int count = 0; count >= 0 && left > 0; left -= count) {
      count = in.read(scratch);
    }
  }

  private static boolean isEmptyChunked(Context ctx) {
    return ctx.req().getContentLengthLong() < 0 && ctx.header("Transfer-Encoding") == null;
  }

  private static boolean understood(String declared, List<String> mediaTypes) {
    List<String> parts =
        List.of(declared.toLowerCase(Locale.ROOT).replace(" ", "").replace("\"", "").split(";"));
    return mediaTypes.contains(parts.getFirst())
        && parts.stream()
            .skip(1)
            .filter(part -> part.startsWith("charset="))
            .allMatch(part -> part.equals("charset=utf-8"));
  }
}

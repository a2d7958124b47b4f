package dev.plinth.chassis.http;

import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.chassis.error.ValidationException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Settings;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the path, the query and the body of a request, and collects everything that is wrong with
 * them. Works as {@link JsonReader} does: read everything, then {@link #finish}, then use it.
 *
 * <p>One thread at a time.
 */
public final class RequestReader {
  private static final String CONTINUE = "continue";
  private static final String LIMIT = "limit";
  private static final String FROM = "from";
  private static final String LAST_EVENT_ID = "Last-Event-ID";

  private final Context ctx;
  private final FieldErrors errors = new FieldErrors();
  private final QueryString query;
  private final Set<String> read = new LinkedHashSet<>();
  private final List<JsonReader> bodies = new ArrayList<>();

  private RequestReader(Context ctx) {
    this.ctx = ctx;
    this.query = QueryString.parse(Objects.requireNonNullElse(ctx.queryString(), ""), errors);
  }

  /**
   * Begins to read.
   *
   * @param ctx the request
   * @return the reader
   */
  public static RequestReader of(Context ctx) {
    return new RequestReader(ctx);
  }

  /**
   * Reads a part of the path.
   *
   * @param name as in the route
   * @param grammar what it must look like
   * @return the part, decoded
   */
  public String path(String name, Grammar grammar) {
    String text = ctx.pathParam(name);
    if (!grammar.accepts(text)) {
      errors.add(name, "must be " + grammar.rule());
    }
    return text;
  }

  /**
   * Reads a parameter that may be left out.
   *
   * @param name of the parameter
   * @return its value, if it is there once
   */
  public Optional<String> query(String name) {
    read.add(name);
    List<String> values = query.values(name);
    if (values.size() > 1) {
      errors.add(name, "must stand in the query once");
      return Optional.empty();
    }
    return values.stream().findFirst();
  }

  /**
   * Reads a parameter that may be left out.
   *
   * @param name of the parameter
   * @param grammar what it must look like
   * @return its value, if it is there and fine
   */
  public Optional<String> query(String name, Grammar grammar) {
    Optional<String> text = query(name);
    if (text.isPresent() && !grammar.accepts(text.get())) {
      errors.add(name, "must be " + grammar.rule());
      return Optional.empty();
    }
    return text;
  }

  /**
   * Reads a parameter that is a whole number and may be left out.
   *
   * @param name of the parameter
   * @param min the smallest allowed
   * @param max the largest allowed
   * @return the number, if it is there and fine
   */
  public OptionalLong queryNumber(String name, long min, long max) {
    Optional<String> text = query(name);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    return number(name, text.get(), min, max);
  }

  /**
   * Reads a parameter that is true or false.
   *
   * @param name of the parameter; without a value it is true
   * @param fallback if it is not there
   * @return whether it is true
   */
  public boolean queryFlag(String name, boolean fallback) {
    Optional<String> text = query(name);
    if (text.isEmpty()) {
      return fallback;
    }
    return switch (text.get()) {
      case "", "true" -> true;
      case "false" -> false;
      default -> {
        errors.add(name, "must be true or false");
        yield fallback;
      }
    };
  }

  /**
   * Reads {@code limit} and {@code continue}.
   *
   * @param scope which list it is, with its filters; a token of another list is refused
   * @param defaultLimit if none is asked for
   * @param mostLimit the largest allowed
   * @return which page is asked for
   */
  public PageRequest page(String scope, int defaultLimit, int mostLimit) {
    int limit = (int) queryNumber(LIMIT, 1, mostLimit).orElse(defaultLimit);
    Optional<String> text = query(CONTINUE);
    Optional<PageToken> token = text.flatMap(t -> PageToken.parse(scope, t));
    if (text.isPresent() && token.isEmpty()) {
      errors.add(CONTINUE, "is not a token that this list gave out");
    }
    return new PageRequest(scope, limit, token);
  }

  /**
   * Reads where a stream of events begins: after the event {@code Last-Event-ID} that the client
   * saw last, else at {@code ?from=}.
   *
   * @return the first revision to deliver; nothing for what happens from now on
   */
  public Optional<Revision> resumeFrom() {
    OptionalLong from = queryNumber(FROM, 1, Long.MAX_VALUE);
    String last = ctx.header(LAST_EVENT_ID);
    if (last != null && !last.isEmpty()) {
      OptionalLong seen = number(LAST_EVENT_ID, last, 0, Long.MAX_VALUE - 1);
      return seen.isPresent() ? Optional.of(Revision.of(seen.getAsLong() + 1)) : Optional.empty();
    }
    return from.isPresent() ? Optional.of(Revision.of(from.getAsLong())) : Optional.empty();
  }

  /**
   * Reads the body, which must be one JSON object.
   *
   * @return its reader; finished together with this one
   * @throws ValidationException if it is not well-formed
   * @throws ProblemException if it is too large or of another media type
   */
  public JsonReader body() {
    return body(RequestBody.json(ctx));
  }

  /**
   * Reads the body, which is one JSON object or nothing.
   *
   * @return its reader; of an object without fields, if nothing was sent
   * @throws ValidationException if it is not well-formed
   * @throws ProblemException if it is too large or of another media type
   */
  public JsonReader optionalBody() {
    byte[] content = RequestBody.json(ctx);
    return body(content.length == 0 ? Json.write(Json.object()) : content);
  }

  private JsonReader body(byte[] content) {
    JsonReader reader = JsonReader.of(Json.read(content), errors);
    bodies.add(reader);
    return reader;
  }

  /**
   * Notes a mistake that this reader cannot see.
   *
   * @param field which
   * @param message what would be right
   */
  public void reject(String field, String message) {
    errors.add(field, message);
  }

  /**
   * Notes the parameters and fields that nobody read, and ends the request if anything was wrong.
   *
   * @throws ValidationException naming every mistake that was noted
   */
  public void finish() {
    for (String name : query.names()) {
      if (!read.contains(name)) {
        String hint =
            Settings.nearest(name, List.copyOf(read))
                .map(near -> "; did you mean '" + near + "'?")
                .orElse("");
        errors.add(name, "is not a known parameter" + hint);
      }
    }
    bodies.forEach(JsonReader::refuseUnread);
    errors.throwIfAny();
  }

  private OptionalLong number(String name, String text, long min, long max) {
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return OptionalLong.of(number);
      }
      errors.add(name, "must be between " + min + " and " + max);
    } catch (NumberFormatException notANumber) {
      errors.add(name, "must be a whole number");
    }
    return OptionalLong.empty();
  }
}

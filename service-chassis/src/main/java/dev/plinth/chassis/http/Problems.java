package dev.plinth.chassis.http;

import dev.plinth.chassis.error.ConflictException;
import dev.plinth.chassis.error.GoneException;
import dev.plinth.chassis.error.LimitException;
import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.error.RefusalException;
import dev.plinth.chassis.error.UnauthenticatedException;
import dev.plinth.chassis.error.UnavailableException;
import dev.plinth.chassis.error.ValidationException;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.javalin.http.HttpResponseException;
import java.util.Locale;

/** Says which problem an exception is; the only place that does. Holds nothing. */
final class Problems {
  private static final String RETRY_AFTER = "Retry-After";
  private static final String SOON = "1";

  private Problems() {}

  static Problem internal() {
    return Problem.of(500, "internal", "Internal error", "The request failed; the log says why");
  }

  static Problem of(RefusalException refusal) {
    String detail = String.valueOf(refusal.getMessage());
    return switch (refusal) {
      case ValidationException invalid ->
          Problem.of(400, "invalid", "The request is invalid", detail).withErrors(invalid.errors());
      case NotFoundException missing ->
          Problem.of(404, missing.code(), "There is no such thing", detail);
      case ConflictException conflict ->
          Problem.of(409, conflict.code(), "The request does not fit what is there", detail)
              .withCurrent(conflict.current());
      case GoneException gone -> Problem.of(410, gone.code(), "It is no longer there", detail);
      case LimitException limit -> {
        Problem problem = Problem.of(429, limit.code(), "A limit is reached", detail);
        yield limit
            .retryAfter()
            .map(d -> problem.withHeader(RETRY_AFTER, Long.toString(Math.max(1, d.toSeconds()))))
            .orElse(problem);
      }
      case UnauthenticatedException unknown ->
          Problem.of(401, unknown.code(), "Authentication is needed", detail)
              .withHeader("WWW-Authenticate", "Bearer");
      case UnavailableException unavailable ->
          Problem.of(503, unavailable.code(), "This cannot be done now", detail)
              .withHeader(RETRY_AFTER, SOON);
    };
  }

  static Problem of(StoreException failure) {
    String detail = String.valueOf(failure.getMessage());
    return switch (failure) {
      case RequestRefusedException refused -> refused(refused, detail);
      case StoreUnavailableException unavailable -> unavailable(detail);
      case HandleClosedException closed -> stopping();
      case OutcomeUnknownException unknown ->
          Problem.of(
              504,
              "outcome-unknown",
              "The store did not answer; the request may have been applied",
              detail);
      case LeaseLostException lost -> Problem.of(409, "lease-lost", "The lease is lost", detail);
      case HistoryLostException lost ->
          Problem.of(410, "history-lost", "The history asked for is compacted", detail);
      case IncarnationLostException lost ->
          Problem.of(410, "incarnation-lost", "The data was replaced", detail);
    };
  }

  static Problem stopping() {
    return Problem.of(503, "stopping", "The service is stopping", "Ask another instance, or later")
        .withHeader(RETRY_AFTER, SOON);
  }

  private static Problem unavailable(String detail) {
    return Problem.of(503, "store-unavailable", "The store cannot be reached", detail)
        .withHeader(RETRY_AFTER, SOON);
  }

  private static Problem refused(RequestRefusedException refused, String detail) {
    String code = refused.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
    int status =
        switch (refused.reason()) {
          case KEY_NOT_PROVIDED,
              TOO_MANY_OPERATIONS,
              DUPLICATE_KEY,
              FUTURE_REVISION,
              EMPTY_RANGE,
              TTL_OUT_OF_RANGE ->
              400;
          case KEY_NOT_FOUND, LEASE_NOT_FOUND, LEASE_EXISTS, NOT_LEADER -> 409;
          case REQUEST_TOO_LARGE -> 413;
          case SPACE_EXCEEDED, NOT_AUTHENTICATED, PERMISSION_DENIED -> 503;
        };
    return Problem.of(status, code, "The store refused the request", detail);
  }

  static Problem of(HttpResponseException response) {
    return switch (response.getStatus()) {
      case 404 ->
          Problem.of(404, "no-such-path", "There is no such path", "Nothing is served here");
      case 405 -> {
        Problem problem =
            Problem.of(
                405,
                "method-not-allowed",
                "The method is not allowed here",
                "This path is served with other methods");
        String allowed = response.getDetails().get("availableMethods");
        yield allowed == null ? problem : problem.withHeader("Allow", allowed);
      }
      default ->
          Problem.of(
              response.getStatus(),
              "http-" + response.getStatus(),
              "The request failed",
              String.valueOf(response.getMessage()));
    };
  }
}

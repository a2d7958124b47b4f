package dev.plinth.storage.etcd;

import static dev.plinth.spi.RequestRefusedException.Reason.DUPLICATE_KEY;
import static dev.plinth.spi.RequestRefusedException.Reason.FUTURE_REVISION;
import static dev.plinth.spi.RequestRefusedException.Reason.KEY_NOT_FOUND;
import static dev.plinth.spi.RequestRefusedException.Reason.KEY_NOT_PROVIDED;
import static dev.plinth.spi.RequestRefusedException.Reason.LEASE_EXISTS;
import static dev.plinth.spi.RequestRefusedException.Reason.LEASE_NOT_FOUND;
import static dev.plinth.spi.RequestRefusedException.Reason.NOT_AUTHENTICATED;
import static dev.plinth.spi.RequestRefusedException.Reason.PERMISSION_DENIED;
import static dev.plinth.spi.RequestRefusedException.Reason.REQUEST_TOO_LARGE;
import static dev.plinth.spi.RequestRefusedException.Reason.SPACE_EXCEEDED;
import static dev.plinth.spi.RequestRefusedException.Reason.TOO_MANY_OPERATIONS;
import static dev.plinth.spi.RequestRefusedException.Reason.TTL_OUT_OF_RANGE;

import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.grpc.Status;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * The one place that knows etcd's texts and codes.
 *
 * <p>What etcd refuses is refused before it changes anything, so such a failure is certain (G38). A
 * call that broke, or that etcd gave up, may have been applied.
 */
final class EtcdFailures {
  /** Begins of what follows "etcdserver: " in a refusal, and what each means. */
  private static final Map<String, Reason> REFUSALS = refusals();

  private static final Pattern CODE = Pattern.compile("^rpc error: code = \\w+ desc = ");

  /** Begins of what follows "etcdserver: " when the cluster has not been asked to do anything. */
  private static final List<String> NOT_PASSED_ON =
      List.of(
          "no leader",
          "too many requests",
          "rpc not supported for learner",
          "not capable",
          "corrupt cluster");

  /** What a server says when it takes no certificate, or another one, than the client showed. */
  private static final Pattern CERTIFICATE_ALERT =
      Pattern.compile("certificate|unknown_ca", Pattern.CASE_INSENSITIVE);

  private static final String SPEAKER = "etcdserver: ";

  private static final String COMPACTED = "required revision has been compacted";

  private EtcdFailures() {}

  private static Map<String, Reason> refusals() {
    Map<String, Reason> refusals = new LinkedHashMap<>();
    refusals.put("key is not provided", KEY_NOT_PROVIDED);
    refusals.put("key not found", KEY_NOT_FOUND);
    refusals.put("too many operations in txn request", TOO_MANY_OPERATIONS);
    refusals.put("duplicate key given in txn request", DUPLICATE_KEY);
    refusals.put("request is too large", REQUEST_TOO_LARGE);
    refusals.put("mvcc: required revision is a future revision", FUTURE_REVISION);
    refusals.put("mvcc: database space exceeded", SPACE_EXCEEDED);
    refusals.put("requested lease not found", LEASE_NOT_FOUND);
    refusals.put("lease already exists", LEASE_EXISTS);
    refusals.put("too large lease TTL", TTL_OUT_OF_RANGE);
    refusals.put("permission denied", PERMISSION_DENIED);
    refusals.put("user name is empty", NOT_AUTHENTICATED);
    refusals.put("invalid auth token", NOT_AUTHENTICATED);
    refusals.put("revision of auth store is old", NOT_AUTHENTICATED);
    refusals.put("authentication failed", NOT_AUTHENTICATED);
    refusals.put("authentication is not enabled", NOT_AUTHENTICATED);
    return refusals;
  }

  /**
   * Says what a failed call means.
   *
   * @param status how it ended
   * @param call what it asked for
   * @param sent whether a server may have seen it
   * @param server where it went, for people
   * @return the failure; a {@link HistoryLostException} without the revision, which etcd does not
   *     tell
   */
  static StoreException of(Status status, EtcdCall call, boolean sent, String server) {
    String text = text(status);
    Optional<Reason> refusal = refusal(status, text);
    if (refusal.isPresent()) {
      return new RequestRefusedException(refusal.get(), status.asException());
    }
    if (text.contains(COMPACTED)) {
      return new HistoryLostException(Revision.ZERO);
    }
    boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    if (call == EtcdCall.WRITE && sent && !isCertain(status)) {
      return new OutcomeUnknownException(
          (late
                  ? "the store did not answer in time: "
                  : "the connection to the store ended before its answer: ")
              + server,
          status.asException());
    }
    if (late) {
      return new StoreUnavailableException(
          sent
              ? "the store did not answer in time: " + server
              : "the store cannot be reached: " + server + " (no connection in time)",
          status.asException());
    }
    String why =
        cause(status).or(() -> firstLine(text)).map(known -> " (" + known + ")").orElse("");
    return new StoreUnavailableException(
        "the store cannot be reached: " + server + why, status.asException());
  }

  /** Why a connection could not be made, if that is known: refused, not trusted, no such host. */
  private static Optional<String> cause(Status status) {
    Throwable root = status.getCause();
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    if (root instanceof UnknownHostException) {
      return Optional.of("unknown host");
    }
    Optional<String> message = Optional.ofNullable(root).map(Throwable::getMessage);
    if (root instanceof GeneralSecurityException) {
      return message.map(text -> "the server's certificate is not trusted: " + text);
    }
    if (root instanceof SSLException) {
      return message.map(text ->
          (CERTIFICATE_ALERT.matcher(text).find() ? "this client's certificate: " : "TLS: ")
              + text);
    }
    return message;
  }

  private static Optional<String> firstLine(String text) {
    return text.lines()
        .findFirst()
        .map(line -> line.startsWith(SPEAKER) ? line.substring(SPEAKER.length()) : line)
        .filter(line -> !line.isBlank());
  }

  /** What happened to a call, for a line in the log. */
  static String describe(Status status) {
    return status.getCode()
        + Optional.ofNullable(status.getDescription()).map(text -> " " + text).orElse("")
        + cause(status).map(known -> " (" + known + ")").orElse("");
  }

  /** What etcd said; a refused watch carries a text that begins with the code. */
  private static String text(Status status) {
    String text = Optional.ofNullable(status.getDescription()).orElse("");
    return CODE.matcher(text).replaceFirst("");
  }

  private static Optional<Reason> refusal(Status status, String text) {
    for (Map.Entry<String, Reason> refusal : REFUSALS.entrySet()) {
      if (text.startsWith(SPEAKER + refusal.getKey())) {
        return Optional.of(refusal.getValue());
      }
    }
    return switch (status.getCode()) {
      case UNAUTHENTICATED -> Optional.of(NOT_AUTHENTICATED);
      case PERMISSION_DENIED -> Optional.of(PERMISSION_DENIED);
      // The server's own limit on a message, which it checks before it reads one.
      case RESOURCE_EXHAUSTED ->
          text.contains("larger than max") && text.contains("received message")
              ? Optional.of(REQUEST_TOO_LARGE)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Whether a server that was reached certainly did nothing. */
  static boolean isCertain(Status status) {
    String text = text(status);
    return switch (status.getCode()) {
      case UNIMPLEMENTED,
          INVALID_ARGUMENT,
          FAILED_PRECONDITION,
          NOT_FOUND,
          ALREADY_EXISTS,
          OUT_OF_RANGE ->
          true;
      default -> NOT_PASSED_ON.stream().anyMatch(begin -> text.startsWith(SPEAKER + begin));
    };
  }

  /** Whether a new token may help: the request was refused before anything was looked at. */
  static boolean isExpiredLogin(Status status) {
    String text = text(status);
    return text.startsWith("etcdserver: invalid auth token")
        || text.startsWith("etcdserver: revision of auth store is old")
        || text.startsWith("etcdserver: user name is empty");
  }

  /** Whether another member, or the same one a little later, may answer. */
  static boolean mayPass(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, INTERNAL, UNKNOWN, CANCELLED, RESOURCE_EXHAUSTED -> true;
      default -> false;
    };
  }
}

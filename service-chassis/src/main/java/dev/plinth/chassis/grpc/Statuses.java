package dev.plinth.chassis.grpc;

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
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says which status an exception is; the only place that does. Holds nothing. */
final class Statuses {
  private static final Logger LOG = LoggerFactory.getLogger(Statuses.class);

  private Statuses() {}

  static Status of(Throwable thrown, String method) {
    return switch (thrown) {
      case StatusRuntimeException known -> known.getStatus();
      case StatusException known -> known.getStatus();
      case RefusalException refusal ->
          of(refusal).withDescription(String.valueOf(refusal.getMessage()));
      case StoreException failure ->
          of(failure).withDescription(String.valueOf(failure.getMessage()));
      default -> {
        LOG.atError().setCause(thrown).addKeyValue("method", method).log("A call failed");
        yield Status.INTERNAL.withDescription("The call failed; the log says why");
      }
    };
  }

  private static Status of(RefusalException refusal) {
    return switch (refusal) {
      case ValidationException invalid -> Status.INVALID_ARGUMENT;
      case NotFoundException missing -> Status.NOT_FOUND;
      case ConflictException conflict -> Status.ABORTED;
      case GoneException gone -> Status.OUT_OF_RANGE;
      case LimitException limit -> Status.RESOURCE_EXHAUSTED;
      case UnauthenticatedException unknown -> Status.UNAUTHENTICATED;
      case UnavailableException unavailable -> Status.UNAVAILABLE;
    };
  }

  private static Status of(StoreException failure) {
    return switch (failure) {
      case RequestRefusedException refused -> of(refused.reason());
      case StoreUnavailableException unavailable -> Status.UNAVAILABLE;
      case HandleClosedException closed -> Status.UNAVAILABLE;
      case OutcomeUnknownException unknown -> Status.DEADLINE_EXCEEDED;
      case LeaseLostException lost -> Status.ABORTED;
      case HistoryLostException lost -> Status.OUT_OF_RANGE;
      case IncarnationLostException lost -> Status.DATA_LOSS;
    };
  }

  private static Status of(RequestRefusedException.Reason reason) {
    return switch (reason) {
      case KEY_NOT_PROVIDED,
          TOO_MANY_OPERATIONS,
          DUPLICATE_KEY,
          FUTURE_REVISION,
          EMPTY_RANGE,
          TTL_OUT_OF_RANGE,
          REQUEST_TOO_LARGE ->
          Status.INVALID_ARGUMENT;
      case KEY_NOT_FOUND, LEASE_NOT_FOUND, LEASE_EXISTS, NOT_LEADER -> Status.FAILED_PRECONDITION;
      case SPACE_EXCEEDED -> Status.RESOURCE_EXHAUSTED;
      case NOT_AUTHENTICATED, PERMISSION_DENIED -> Status.UNAVAILABLE;
    };
  }
}

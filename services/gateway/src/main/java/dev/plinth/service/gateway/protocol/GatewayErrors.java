package dev.plinth.service.gateway.protocol;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.grpc.StatusRuntimeException;
import java.util.function.Supplier;

/** Says which error of the protocol a failure of the store is. Holds nothing. */
public final class GatewayErrors {
  private GatewayErrors() {}

  /**
   * Returns the error of the protocol.
   *
   * @param failure of the store
   * @return its code and text
   */
  public static GatewayError of(StoreException failure) {
    return switch (failure) {
      case RequestRefusedException refused -> of(refused.reason());
      case HistoryLostException lost -> GatewayError.COMPACTED;
      case LeaseLostException lost -> GatewayError.LEASE_NOT_FOUND;
      case StoreUnavailableException unavailable -> GatewayError.NO_LEADER;
      // No client takes this for "not sent", so that none repeats a write.
      case OutcomeUnknownException unknown -> GatewayError.TIMEOUT;
      case HandleClosedException closed -> GatewayError.STOPPED;
      case IncarnationLostException lost -> GatewayError.CORRUPT;
    };
  }

  private static GatewayError of(RequestRefusedException.Reason reason) {
    return switch (reason) {
      case KEY_NOT_PROVIDED -> GatewayError.EMPTY_KEY;
      case KEY_NOT_FOUND -> GatewayError.KEY_NOT_FOUND;
      case TOO_MANY_OPERATIONS -> GatewayError.TOO_MANY_OPERATIONS;
      case DUPLICATE_KEY -> GatewayError.DUPLICATE_KEY;
      case REQUEST_TOO_LARGE -> GatewayError.REQUEST_TOO_LARGE;
      case FUTURE_REVISION -> GatewayError.FUTURE_REVISION;
      case EMPTY_RANGE -> GatewayError.WATCH_RANGE_EMPTY;
      case LEASE_NOT_FOUND -> GatewayError.LEASE_NOT_FOUND;
      case LEASE_EXISTS -> GatewayError.LEASE_EXISTS;
      case TTL_OUT_OF_RANGE -> GatewayError.LEASE_TTL_TOO_LARGE;
      case SPACE_EXCEEDED -> GatewayError.NO_SPACE;
      case NOT_LEADER -> GatewayError.ELECTION_NOT_LEADER;
      // It is the gateway that the store does not accept; a client cannot log in better.
      case NOT_AUTHENTICATED -> GatewayError.UNHEALTHY;
      case PERMISSION_DENIED -> GatewayError.PERMISSION_DENIED;
    };
  }

  /**
   * Asks the store, in the errors of the protocol.
   *
   * @param question what is asked
   * @return the answer
   * @throws StatusRuntimeException if the store failed
   */
  public static <T> T mapped(Supplier<T> question) {
    try {
      return question.get();
    } catch (StoreException failure) {
      throw of(failure).exception();
    }
  }
}

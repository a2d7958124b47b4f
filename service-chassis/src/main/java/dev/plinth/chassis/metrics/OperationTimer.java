package dev.plinth.chassis.metrics;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Times one operation of a store by its outcome. Thread-safe. */
final class OperationTimer {
  private final MeterRegistry meters;
  private final Clock clock;
  private final String operation;
  private final Timer good;

  OperationTimer(MeterRegistry meters, String operation) {
    this.meters = meters;
    this.clock = meters.config().clock();
    this.operation = operation;
    this.good = timer("ok");
  }

  <T> T time(Supplier<T> call) {
    long start = clock.monotonicTime();
    try {
      T result = call.get();
      good.record(clock.monotonicTime() - start, TimeUnit.NANOSECONDS);
      return result;
    } catch (StoreException failed) {
      timer(outcome(failed)).record(clock.monotonicTime() - start, TimeUnit.NANOSECONDS);
      throw failed;
    }
  }

  private Timer timer(String outcome) {
    return Timer.builder("plinth.store.operation")
        .description("Operations on the store by outcome")
        .tag("operation", operation)
        .tag("outcome", outcome)
        .register(meters);
  }

  private static String outcome(StoreException failed) {
    return switch (failed) {
      case RequestRefusedException refused -> "refused";
      case StoreUnavailableException unavailable -> "unavailable";
      case OutcomeUnknownException unknown -> "unknown";
      case LeaseLostException lost -> "lease-lost";
      case HistoryLostException lost -> "history-lost";
      case IncarnationLostException lost -> "incarnation-lost";
      case HandleClosedException closed -> "closed";
    };
  }
}

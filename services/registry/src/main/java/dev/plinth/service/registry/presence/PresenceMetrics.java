package dev.plinth.service.registry.presence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the registry counts.
 *
 * <p>Thread-safe.
 */
final class PresenceMetrics {
  /** Why a registration was ended by request. */
  enum End {
    /** Its own connection asked. */
    CONNECTION,
    /** An operator asked. */
    FORCED,
    /** The user was erased. */
    ERASED
  }

  private final MeterRegistry meters;
  private final Counter limitRefusals;
  private final Counter removals;
  private final Counter invalid;
  private final AtomicInteger watches = new AtomicInteger();

  @Inject
  PresenceMetrics(MeterRegistry meters) {
    this.meters = meters;
    this.limitRefusals =
        Counter.builder("registry.limit.refusals")
            .description("Registrations refused because the user has as many devices as allowed")
            .register(meters);
    this.removals =
        Counter.builder("registry.removals")
            .description("Registrations that went, by request or by expiry, as seen in the store")
            .register(meters);
    this.invalid =
        Counter.builder("registry.invalid.entries")
            .description("Times that an entry which cannot be read was met")
            .register(meters);
    meters.gauge("registry.watches", watches);
  }

  void registered(RegisterOutcome outcome) {
    switch (outcome) {
      case RegisterOutcome.Registered registered ->
          count("registry.registrations", "kind", word(registered.kind()), 1);
      case RegisterOutcome.LimitReached reached -> limitRefusals.increment();
      case RegisterOutcome.Contended contended ->
          count("registry.registrations", "kind", "contended", 1);
    }
  }

  void ended(End end, int registrations) {
    count("registry.unregistrations", "reason", word(end), registrations);
  }

  void removed(int registrations) {
    removals.increment(registrations);
  }

  void lookedUp(String outcome, int invalidEntries) {
    count("registry.lookups", "outcome", outcome, 1);
    invalid.increment(invalidEntries);
  }

  HoldOutcome renewal(Supplier<HoldOutcome> work) {
    return timed(
        work,
        outcome ->
            switch (outcome) {
              case HoldOutcome.Renewed renewed -> "renewed";
              case HoldOutcome.Ended ended -> "ended";
              case HoldOutcome.Missing missing -> "missing";
              case HoldOutcome.HeldByAnother another -> "held-by-another";
              case HoldOutcome.Contended contended -> "contended";
            });
  }

  <T> Optional<T> leaseRenewal(Supplier<Optional<T>> work) {
    return timed(work, outcome -> outcome.isPresent() ? "renewed" : "missing");
  }

  void watchOpened() {
    watches.incrementAndGet();
  }

  void watchClosed() {
    watches.decrementAndGet();
  }

  private <T> T timed(Supplier<T> work, Function<T, String> outcome) {
    Timer.Sample sample = Timer.start(meters);
    String word = "failed";
    try {
      T result = work.get();
      word = outcome.apply(result);
      return result;
    } finally {
      sample.stop(
          Timer.builder("registry.renewals")
              .description("Renewals of registrations")
              .tag("outcome", word)
              .register(meters));
    }
  }

  private void count(String name, String tag, String value, int amount) {
    meters.counter(name, tag, value).increment(amount);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}

package dev.plinth.tck.history;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How a workload lets time pass.
 *
 * <p>Immutable.
 *
 * @param advance moves the store's time, at once or by waiting
 * @param longestStep how far it is moved at once, at most
 * @param patience how long, in real time, the workload waits for anything before it fails
 * @since 0.1
 */
public record Surroundings(Consumer<Duration> advance, Duration longestStep, Duration patience) {}

package dev.plinth.service.labmgr.control;

import dev.plinth.spi.KeySpace;
import java.time.Duration;

/**
 * How controllers take turns and pace themselves.
 *
 * <p>Immutable.
 *
 * @param root the prefix of the service
 * @param leaderTtl after how long another instance takes over from one that vanished
 * @param workers how many resources are looked at concurrently
 * @param firstRetry the delay after the first failure; it doubles with each further one
 * @param longestRetry the longest delay
 */
public record ControllerTerms(
    KeySpace root, Duration leaderTtl, int workers, Duration firstRetry, Duration longestRetry) {}

package dev.plinth.service.labmgr.resource;

import java.time.Duration;

/**
 * How watches behave in time.
 *
 * <p>Immutable.
 *
 * @param bookmarks how often a watch is marked while nothing happens
 */
public record WatchTiming(Duration bookmarks) {}

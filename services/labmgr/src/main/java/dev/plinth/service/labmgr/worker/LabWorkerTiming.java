package dev.plinth.service.labmgr.worker;

import java.time.Duration;

/**
 * How patient the controller is.
 *
 * <p>Immutable.
 *
 * @param poll how often it asks about work that is going on outside
 * @param health how often it asks about machines that are ready
 * @param provisioning how long a machine may take
 * @param starting how long the lab software may take, to start and to be licensed
 * @param draining how long labs may take to end; then the worker ends without them
 */
public record LabWorkerTiming(
    Duration poll, Duration health, Duration provisioning, Duration starting, Duration draining) {}

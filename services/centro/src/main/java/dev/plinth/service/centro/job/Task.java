package dev.plinth.service.centro.job;

import java.util.Map;

/**
 * One thing a job runs.
 *
 * <p>Immutable.
 *
 * @param name unique in the job
 * @param driver what runs it on the node
 * @param image what is run; empty where the driver needs none
 * @param options what else the driver should know
 * @param env environment variables
 */
public record Task(
    String name,
    String driver,
    String image,
    Map<String, String> options,
    Map<String, String> env) {
  /** Copies the maps. */
  public Task {
    options = Map.copyOf(options);
    env = Map.copyOf(env);
  }
}

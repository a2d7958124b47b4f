package dev.plinth.service.centro.job;

import java.util.List;
import java.util.Map;

/**
 * What was asked for; never changes.
 *
 * <p>Immutable.
 *
 * @param name what people call the job; not unique
 * @param type a kind of job, of {@link #TYPES}
 * @param datacenters where it may run
 * @param priority 0 to 100, higher ones first
 * @param resources what it needs of a node, all tasks together
 * @param tasks what it runs, at least one
 * @param meta what the submitter wants to keep with it
 */
public record JobSpec(
    String name,
    String type,
    Datacenters datacenters,
    int priority,
    Resources resources,
    List<Task> tasks,
    Map<String, String> meta) {
  /** The lowest priority. */
  public static final int LOWEST_PRIORITY = 0;

  /** The priority of a job that names none. */
  public static final int DEFAULT_PRIORITY = 50;

  /** The highest priority. */
  public static final int HIGHEST_PRIORITY = 100;

  /** The kinds of job; agents see the word, the server makes no difference. */
  public static final List<String> TYPES = List.of("batch", "service", "single");

  /** The drivers agents have. */
  public static final List<String> DRIVERS = List.of("containerd", "incus", "podman", "process");

  /** Copies the collections. */
  public JobSpec {
    tasks = List.copyOf(tasks);
    meta = Map.copyOf(meta);
  }
}

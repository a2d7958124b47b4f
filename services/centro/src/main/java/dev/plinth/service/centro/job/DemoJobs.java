package dev.plinth.service.centro.job;

import dev.plinth.service.centro.id.JobId;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Two jobs to try agents with; submitted only if that was asked for, and only once per store.
 *
 * <p>Thread-safe.
 */
public final class DemoJobs {
  private final Jobs jobs;
  private final AtomicBoolean isDue;

  /** Says whether the jobs are wanted. */
  public record Wish(boolean isWanted) {}

  @Inject
  DemoJobs(Jobs jobs, Wish wish) {
    this.jobs = jobs;
    this.isDue = new AtomicBoolean(wish.isWanted());
  }

  /** Submits what is not there yet, if it is wanted and was not done before. */
  public void submit() {
    if (isDue.get()) {
      for (String image : List.of("alpine", "ubuntu")) {
        jobs.submitOnce(JobId.of("demo-" + image), spec(image));
      }
      isDue.set(false);
    }
  }

  private static JobSpec spec(String image) {
    Task task = new Task(image, "podman", image + ":latest", Map.of(), Map.of());
    return new JobSpec(
        "demo-" + image,
        "batch",
        Datacenters.parse("dc1"),
        JobSpec.DEFAULT_PRIORITY,
        Resources.NONE,
        List.of(task),
        Map.of("demo", "true"));
  }
}

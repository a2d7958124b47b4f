package dev.plinth.service.centro.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.spi.Key;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The keys of jobs. */
final class JobKeysTest {
  private final JobKeys keys = new JobKeys("/centro");

  @Test
  void aJobHasOneKeyPerPlace() {
    Job job = job("a-1");
    assertThat(keys.of(job).utf8()).isEqualTo("/centro/jobs/queue/a-1-1700000000123");
    assertThat(keys.active(job.id()).utf8()).isEqualTo("/centro/jobs/active/a-1");
    assertThat(keys.history(job.id()).utf8()).isEqualTo("/centro/jobs/history/a-1");
  }

  @Test
  void aKeyTellsItsJobAlsoWhenNamesLookAlike() {
    assertThat(keys.idOf(keys.of(job("a-1")))).contains(JobId.of("a-1"));
    assertThat(keys.idOf(keys.of(job("a")))).contains(JobId.of("a"));
    assertThat(keys.idOf(Key.utf8("/centro/jobs/queue/nothing"))).isEmpty();
    assertThat(keys.idOf(Key.utf8("/centro/jobs/queue/x-12a"))).isEmpty();
    assertThat(keys.placeOf(Key.utf8("/centro/jobs/active/a")))
        .isEqualTo(Optional.of(JobStatus.Place.ACTIVE));
    assertThat(keys.placeOf(Key.utf8("/centro/jobs/other/a"))).isEmpty();
  }

  @Test
  void theNameOfAJobIsNoPrefixOfAnother() {
    assertThat(keys.queued(JobId.of("a1")).contains(keys.of(job("a10")))).isFalse();
    assertThat(keys.queued(JobId.of("a1")).contains(keys.of(job("a1")))).isTrue();
  }

  private static Job job(String id) {
    JobSpec spec =
        new JobSpec("n", "batch", Datacenters.ANY, 50, Resources.NONE, List.of(), Map.of());
    return Job.submitted(JobId.of(id), spec, Instant.ofEpochMilli(1_700_000_000_123L));
  }
}

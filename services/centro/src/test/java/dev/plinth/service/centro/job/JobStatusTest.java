package dev.plinth.service.centro.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which status follows which. */
final class JobStatusTest {

  @Test
  void aReportGoesForwardAndTheLastOneIsFinal() {
    Set<JobStatus> ends = EnumSet.of(JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.STOPPED);
    for (JobStatus from : JobStatus.values()) {
      for (JobStatus to : JobStatus.values()) {
        boolean isExpected =
            switch (from) {
              case CLAIMED, PROVISIONING ->
                  to == JobStatus.PROVISIONING || to == JobStatus.RUNNING || ends.contains(to);
              case RUNNING -> to == JobStatus.RUNNING || ends.contains(to);
              default -> false;
            };
        assertThat(from.mayBecome(to)).as(from + " to " + to).isEqualTo(isExpected);
      }
    }
  }
}

package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CaseTableTest {
  @Test
  void aCaseIsAsGoodAsItsWorstMethod(@TempDir Path folder) throws IOException {
    try (CaseTable table = new CaseTable(folder)) {
      table.add("some", new int[] {7, 8}, CaseState.PASSED, "one", List.of("G1"), "");
      table.add("some", new int[] {7}, CaseState.FAILED, "other", List.of("G2"), "why, \"so\"");
      table.add("some", new int[] {9}, CaseState.WITHHELD, "third", List.of("G3"), "what");
      table.note("some", "seed 5");
      table.add("another", new int[] {7}, CaseState.PASSED, "one", List.of("G1"), "");
    }

    assertThat(Files.readString(folder.resolve("tck-some.txt")))
        .contains(
            "FAILED", "why", "third", "G3", "3 cases, 1 passed, 1 withheld", "1 FAILED", "seed 5");
    assertThat(Files.readString(folder.resolve("tck-some.csv")))
        .startsWith("case,state,method,guarantees,detail\n")
        .contains("7,FAILED,other,G2,\"why, \"\"so\"\"\"\n")
        .contains("8,PASSED,one,G1,\"\"\n");
    assertThat(Files.readString(folder.resolve("tck-another.txt"))).contains("1 cases, 1 passed");
  }

  @Test
  void aMethodCannotBeSkippedWithoutAReasonOfTheList() {
    CaseRecord record = new CaseRecord();
    assertThat(record.require(Optional.of("a hook"), NotApplicable.NO_NETWORK)).isEqualTo("a hook");
    assertThat(record.state()).isEmpty();
    assertThatThrownBy(() -> record.require(Optional.empty(), NotApplicable.NO_NETWORK))
        .hasMessage(NotApplicable.NO_NETWORK.text());

    assertThat(record.state()).contains(CaseState.NOT_APPLICABLE);
    assertThat(record.detail()).isEqualTo(NotApplicable.NO_NETWORK.text());
    record.withheld(Capability.DURABLE);
    assertThat(record.state()).contains(CaseState.WITHHELD);
    assertThat(record.detail()).contains("DURABLE");
  }
}

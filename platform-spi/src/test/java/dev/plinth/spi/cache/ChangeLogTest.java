package dev.plinth.spi.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ChangeLogTest {
  private static Change change(long revision, int bytes) {
    return Change.put(
        new Entry(
            Key.utf8("k"),
            Bytes.of(new byte[bytes]),
            Revision.of(1),
            Revision.of(revision),
            1,
            Optional.empty()));
  }

  private static List<Long> revisions(List<Change> changes) {
    return changes.stream().map(change -> change.revision().value()).toList();
  }

  @Test
  void givesWhatCameAfterARevision() {
    ChangeLog log = new ChangeLog();
    log.restart(Revision.of(10));
    log.add(change(11, 1));
    log.add(change(13, 1));
    log.add(change(13, 1));
    assertThat(log.since(Revision.of(10)).map(ChangeLogTest::revisions))
        .contains(List.of(11L, 13L, 13L));
    assertThat(log.since(Revision.of(11)).map(ChangeLogTest::revisions))
        .contains(List.of(13L, 13L));
    assertThat(log.since(Revision.of(13))).contains(List.of());
    assertThat(log.since(Revision.of(99))).contains(List.of());
    assertThat(log.since(Revision.of(9))).isEmpty();
  }

  @Test
  void forgetsWholeRevisionsWhenThereAreTooMany() {
    ChangeLog log = new ChangeLog();
    log.restart(Revision.of(1));
    log.add(change(2, 1));
    log.add(change(2, 1));
    for (int i = 0; i < 9_999; i++) {
      log.add(change(3 + i, 1));
    }
    assertThat(log.since(Revision.of(1))).isEmpty();
    assertThat(log.since(Revision.of(2))).hasValueSatisfying(all -> assertThat(all).hasSize(9_999));
  }

  @Test
  void forgetsWhenThereIsTooMuch() {
    ChangeLog log = new ChangeLog();
    log.restart(Revision.of(1));
    log.add(change(2, 5_000_000));
    assertThat(log.since(Revision.of(1))).isPresent();
    log.add(change(3, 5_000_000));
    assertThat(log.since(Revision.of(1))).isEmpty();
    assertThat(log.since(Revision.of(2))).isPresent();
  }

  @Test
  void aRestartForgetsEverything() {
    ChangeLog log = new ChangeLog();
    log.restart(Revision.of(1));
    log.add(change(2, 1));
    log.restart(Revision.of(7));
    assertThat(log.since(Revision.of(6))).isEmpty();
    assertThat(log.since(Revision.of(7))).contains(List.of());
  }
}

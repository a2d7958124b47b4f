package dev.plinth.service.labmgr;

import static dev.plinth.service.labmgr.LabManagerFixture.WORKERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.VirtualTime;
import dev.plinth.service.labmgr.provider.LabProvider;
import dev.plinth.service.labmgr.provider.Machine;
import dev.plinth.service.labmgr.provider.ProviderException;
import dev.plinth.spi.Change;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store that cannot be reached is never taken for one that is empty. */
@Timeout(180)
final class LabManagerOutageTest {

  @Test
  @VirtualTime("the outage is longer than a test waits")
  void anOutageEndsNoWorker() throws ProviderException {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      int count = 50;
      for (int i = 0; i < count; i++) {
        assertThat(labs.create("w-" + i).status()).isEqualTo(201);
      }
      labs.passUntil("half are on their way", () -> machines(labs) == count);
      List<String> before = ids(labs);
      Revision cutAt = labs.behind.keyValues().current();

      labs.cut(true);
      labs.passUntil("the outage is seen", () -> labs.http.get(WORKERS).status() == 503);
      for (String path : List.of(WORKERS, WORKERS + "?labelSelector=track", WORKERS + "/w-1")) {
        Answer refused = labs.http.get(path);
        assertThat(refused.status()).as(path).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isNotEmpty();
      }
      assertThat(labs.create("late").status()).isEqualTo(503);
      assertThat(labs.http.delete(WORKERS + "/w-1").status()).isEqualTo(503);
      assertThat(labs.http.get("/readyz").status()).isEqualTo(503);
      assertThat(labs.http.get("/healthz").status()).isEqualTo(200);
      for (int i = 0; i < 120; i++) {
        labs.runtime.advance(Duration.ofSeconds(1));
      }

      labs.cut(false);
      labs.passUntil(
          "all are ready",
          () ->
              labs.http
                      .get(WORKERS + "?limit=1000&fieldSelector=status.phase%3DReady")
                      .json()
                      .path("items")
                      .size()
                  == count);
      assertThat(ids(labs)).containsExactlyInAnyOrderElementsOf(before);
      assertThat(deletions(labs, cutAt)).isEmpty();
      labs.passUntil("ready again", () -> labs.http.get("/readyz").status() == 200);
    }
  }

  private static int machines(LabManagerFixture labs) {
    try {
      return labs.service.get(LabProvider.class).machines().size();
    } catch (ProviderException failed) {
      throw new AssertionError(failed);
    }
  }

  private static List<String> ids(LabManagerFixture labs) throws ProviderException {
    return labs.service.get(LabProvider.class).machines().stream().map(Machine::id).toList();
  }

  private static List<Key> deletions(LabManagerFixture labs, Revision since) {
    List<Key> deleted = new ArrayList<>();
    KeyRange workers = KeyRange.prefix(Key.utf8("/lab-resource-manager/lab-workers/"));
    try (Watch watch = labs.behind.watches().open(WatchOptions.of(workers).from(since.next()))) {
      for (Optional<WatchBatch> batch = watch.tryNext();
          batch.isPresent();
          batch = watch.tryNext()) {
        batch.get().changes().stream()
            .filter(change -> change.kind() == Change.Kind.DELETE)
            .forEach(change -> deleted.add(change.key()));
      }
    }
    return deleted;
  }
}

package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Members in network namespaces of their own, whose link is taken down: unlike a firewall inside
 * the members, that stops every message, and nobody is told. {@code -Dplinth.links=10} says how
 * often; what came of it is written to {@code target/robustness-hazelcast-namespaces.txt}, and "not
 * run" where namespaces cannot be made.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(TestCluster.OUTAGES)
final class NamespacesTest {
  private static final int LINKS =
      Integer.getInteger("plinth.links", Boolean.getBoolean("plinth.all") ? 5 : 1);

  private final long seed = Long.getLong("plinth.seed", System.nanoTime());
  private final String told = "with -Dplinth.seed=" + seed;
  private final Random random = new Random(seed);

  /** The one alone acknowledges nothing, the two go on (F6, F21, by H6 and H7). */
  @Test
  void aMemberWhoseLinkIsDownAcknowledgesNothing() throws IOException {
    try (Namespaces spaces = Namespaces.make()) {
      run(spaces);
    } catch (Namespaces.UnavailableException none) {
      report("not run: " + none.getMessage());
      abort("no network namespaces: " + none.getMessage());
    }
  }

  private void run(Namespaces spaces) throws IOException {
    List<ForkedCluster.Place> places =
        List.of(spaces.place(0, 5701), spaces.place(1, 5701), spaces.place(1, 5702));
    try (ForkedCluster cluster = new ForkedCluster(places)) {
      ForkedMember alone = cluster.members().getFirst();
      List<ForkedMember> others = cluster.others(alone);
      int owning = 0;
      for (int link = 0; link < LINKS; link++) {
        pause(300);
        owning += alone.owns() ? 1 : 0;
        spaces.linkDown();
        long down = System.nanoTime();
        cluster.awaitMembers(others, others.size());
        cluster.awaitServing(others);
        pause(1000);
        assertThat(cluster.acknowledgedSince(alone, down)).as(told).isZero();
        spaces.linkUp();
        long up = System.nanoTime();
        cluster.awaitServing();
        ForkedCluster.PATIENT.until(
            "the clients of the one that was alone write again",
            () -> cluster.acknowledgedSince(alone, up) > 0);
      }
      int written = cluster.check(told, others);
      assertThat(written).as(told).isGreaterThan(100);
      report(
          "seed %d: link down %d times, %d of them before the owner; %d writes acknowledged, none lost"
              .formatted(seed, LINKS, owning, written));
    }
  }

  private void pause(int most) {
    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(20, most)).toNanos());
  }

  private static void report(String text) throws IOException {
    Path target = Path.of(System.getProperty("basedir", "."), "target");
    Files.createDirectories(target);
    Files.writeString(
        target.resolve("robustness-hazelcast-namespaces.txt"),
        "Hazelcast, members in network namespaces: " + text + "\n");
  }
}

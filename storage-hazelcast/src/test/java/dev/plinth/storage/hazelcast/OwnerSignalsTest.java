package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Members in processes of their own, whose owner gets signals of the system while clients on all of
 * them write, read and watch. {@code -Dplinth.signals=20} says how often it gets each; what came of
 * it is written to {@code target/robustness-hazelcast-signals.txt}.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(TestCluster.OUTAGES)
final class OwnerSignalsTest {
  private static final int SIGNALS =
      Integer.getInteger("plinth.signals", Boolean.getBoolean("plinth.all") ? 5 : 1);

  private final long seed = Long.getLong("plinth.seed", System.nanoTime());
  private final String told = "with -Dplinth.seed=" + seed;
  private final Random random = new Random(seed);

  /**
   * An owner that is stopped for longer than the heartbeat time-out and goes on afterwards finds
   * out that it is none any more: it acknowledges nothing that the others do not have (F4, by H4
   * and H6). One that is killed takes nothing with it that was acknowledged (F1).
   */
  @Test
  void nothingAcknowledgedIsLostWhenOwnersAreFrozenAndKilled() throws IOException {
    try (ForkedCluster cluster = ForkedCluster.here()) {
      List<ForkedMember> undisturbed = new ArrayList<>(cluster.members());
      for (int signal = 0; signal < SIGNALS; signal++) {
        if (random.nextBoolean()) {
          undisturbed.remove(freezeOwner(cluster));
          undisturbed.remove(killOwner(cluster));
        } else {
          undisturbed.remove(killOwner(cluster));
          undisturbed.remove(freezeOwner(cluster));
        }
      }
      int written = cluster.check(told, undisturbed);
      report(written);
      assertThat(written).as(told).isGreaterThan(100);
    }
  }

  private ForkedMember freezeOwner(ForkedCluster cluster) {
    pause(300);
    ForkedMember owner = cluster.owner();
    List<ForkedMember> others = cluster.others(owner);
    owner.freeze();
    cluster.awaitMembers(others, others.size());
    cluster.awaitServing(others);
    pause(1000);
    ForkedCluster.PATIENT.until(
        "somebody else owns the data, " + told, () -> others.stream().anyMatch(ForkedMember::owns));
    long woken = System.nanoTime();
    owner.thaw();
    cluster.awaitServing();
    ForkedCluster.PATIENT.until(
        "the clients of the one that slept write again",
        () -> cluster.acknowledgedSince(owner, woken) > 0);
    return owner;
  }

  private ForkedMember killOwner(ForkedCluster cluster) {
    pause(300);
    ForkedMember owner = cluster.owner();
    owner.kill();
    cluster.awaitServing(cluster.others(owner));
    cluster.replace(owner);
    cluster.awaitServing();
    return owner;
  }

  private void pause(int most) {
    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(20, most)).toNanos());
  }

  private void report(int written) throws IOException {
    Files.writeString(
        Path.of(System.getProperty("basedir", "."), "target", "robustness-hazelcast-signals.txt"),
        String.format(
            Locale.ROOT,
            "Hazelcast, members in processes of their own: seed %d: owner %d times frozen, %d times"
                + " killed; %d writes acknowledged, none lost%n",
            seed,
            SIGNALS,
            SIGNALS,
            written));
  }
}

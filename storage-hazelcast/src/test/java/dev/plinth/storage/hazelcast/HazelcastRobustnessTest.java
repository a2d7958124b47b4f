package dev.plinth.storage.hazelcast;

import dev.plinth.tck.robustness.Robustness;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to members and between them, what clients saw is what the contract allows, and
 * they recover by themselves. {@link Robustness} says how to repeat a run or to go on for long.
 */
final class HazelcastRobustnessTest {
  @Test
  void whatClientsSawIsWhatTheContractAllows() {
    Path target = Path.of(System.getProperty("basedir", "."), "target");
    new Robustness("hazelcast", target).run((seed, clients) -> new DisturbedMembers(clients));
  }
}

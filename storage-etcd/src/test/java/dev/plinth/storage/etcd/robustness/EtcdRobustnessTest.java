package dev.plinth.storage.etcd.robustness;

import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.tck.robustness.Robustness;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Whatever happens to servers and connections, what clients saw is what the contract allows, and
 * they recover by themselves. {@link Robustness} says how to repeat a run or to go on for long.
 */
@Isolated("a machine that is busy with other tests is one fault more, and none that ends in time")
final class EtcdRobustnessTest {
  @Test
  void whatClientsSawIsWhatTheContractAllows() {
    Path target = Path.of(System.getProperty("basedir", "."), "target");
    new Robustness("etcd", target)
        .run((seed, clients) ->
            new DisturbedCluster(EtcdInstallation.newest(), clients, Math.floorMod(seed, 2) == 0));
  }
}

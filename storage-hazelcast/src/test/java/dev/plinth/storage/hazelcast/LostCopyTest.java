package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.tck.Await;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * H4: while a replica waits for a copy of its owner's state it refuses all, so it must not wait for
 * one that is lost.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(TestCluster.LOSSES)
final class LostCopyTest {
  private static final Key KEY = Key.utf8("key");

  @Test
  void h4ACopyThatIsLostIsAskedForAgain() {
    // Nobody else shall notice that the replica missed something.
    Map<String, String> settings = Map.of("request-timeout", "2s", "sync-interval", "10m");
    try (MemberCluster cluster = new MemberCluster(settings)) {
      Firewall owner = cluster.owner().firewall();
      Firewall backup = cluster.others(cluster.owner()).getFirst().firewall();
      Store store = cluster.store();
      new Await(Duration.ofSeconds(20)).until("a first write is answered", () -> isWritten(store));
      owner.loseBackups(backup);
      putInVain(store);
      // The replica sees with the next write that it missed one.
      owner.loseCopies(backup);
      putInVain(store);
      owner.heal(backup);
      new Await(Duration.ofSeconds(20)).until("a write is answered", () -> isWritten(store));
    }
  }

  @Test
  void h4WaitsForCopiesGetLonger() {
    VirtualRuntime time = new VirtualRuntime(1);
    CopyRequests copies = new CopyRequests(time);
    assertThat(copies.isLost("data")).isFalse();
    assertLostAfter(time, copies, CopyRequests.FIRST);
    assertLostAfter(time, copies, CopyRequests.FIRST.multipliedBy(2));
    assertLostAfter(time, copies, CopyRequests.FIRST.multipliedBy(4));
    assertThat(copies.isLost("other data")).isFalse();
    copies.arrived("data");
    assertThat(copies.isLost("data")).isFalse();
    assertLostAfter(time, copies, CopyRequests.FIRST);
  }

  private static void assertLostAfter(VirtualRuntime time, CopyRequests copies, Duration wait) {
    time.advance(wait.minusMillis(1));
    assertThat(copies.isLost("data")).isFalse();
    time.advance(Duration.ofMillis(1));
    assertThat(copies.isLost("data")).isTrue();
    assertThat(copies.isLost("data")).isFalse();
  }

  private static void putInVain(Store store) {
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> store.keyValues().put(KEY, Bytes.utf8("2")));
  }

  private static boolean isWritten(Store store) {
    try {
      Revision unused = store.keyValues().put(KEY, Bytes.utf8("3"));
      return true;
    } catch (StoreException notYet) {
      return false;
    }
  }
}

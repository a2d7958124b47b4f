package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.hazelcast.spi.impl.SpiDataSerializerHook;
import com.hazelcast.test.PacketFiltersUtil;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What becomes of calls while the messages to the backups are lost. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(TestCluster.LOSSES)
final class HazelcastLostMessagesTest {
  private static final Key KEY = Key.utf8("key");

  /** How long calls take for which there will be no answer. */
  private static final Duration IN_VAIN = Duration.ofSeconds(3);

  @SuppressWarnings("NullAway.Init")
  private TestCluster cluster;

  @BeforeEach
  void start() {
    cluster = TestCluster.start(3, TestMember.RULES);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void loseBackups() {
    for (TestMember member : cluster.members()) {
      PacketFiltersUtil.dropOperationsFrom(
          member.instance(), SpiDataSerializerHook.F_ID, List.of(SpiDataSerializerHook.BACKUP));
    }
  }

  private void loseNothing() {
    cluster
        .members()
        .forEach(member -> PacketFiltersUtil.resetPacketFiltersFrom(member.instance()));
  }

  /**
   * H3, H5, H8: a write that no backup has confirmed is not acknowledged, nobody is shown it, and
   * it happened once when all is well again.
   */
  @Test
  void h5AWriteWithoutBackupsIsUnknownAndHappensOnce() {
    try (Store store = cluster.open(IN_VAIN)) {
      Revision before = store.keyValues().put(KEY, Bytes.utf8("1"));
      loseBackups();
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> store.keyValues().put(KEY, Bytes.utf8("2")));
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> store.keyValues().get(KEY));
      loseNothing();

      Entry entry = eventually(store);
      assertThat(entry.version()).isEqualTo(2);
      assertThat(entry.modified()).isEqualTo(before.next());
    }
  }

  /** H3, G39: a write whose backups come late is asked for again, answered, and applied once. */
  @Test
  void h3AWriteIsAskedForAgainUntilItsBackupsAreThere() throws Exception {
    try (Store store = cluster.open(Duration.ofSeconds(60))) {
      Revision before = store.keyValues().put(KEY, Bytes.utf8("1"));
      loseBackups();
      CompletableFuture<Revision> late = new CompletableFuture<>();
      Thread writer =
          store
              .runtime()
              .start("writer", () -> late.complete(store.keyValues().put(KEY, Bytes.utf8("2"))));
      cluster.awaitAttempt(KEY, 2);
      loseNothing();
      assertThat(late.get(60, TimeUnit.SECONDS)).isEqualTo(before.next());
      writer.join();
      assertThat(eventually(store).version()).isEqualTo(2);
      assertThat(store.keyValues().current()).isEqualTo(before.next());
    }
  }

  /** H8: nobody is shown what the owner holds alone, not even who is where the owner is. */
  @Test
  void h8NobodyIsShownWhatNoReplicaConfirmed() {
    List<Store> stores =
        cluster.members().stream().map(member -> member.open(cluster.keyspace(), IN_VAIN)).toList();
    try {
      Revision before = stores.getFirst().keyValues().put(KEY, Bytes.utf8("1"));
      stores.forEach(
          store -> assertThat(store.keyValues().get(KEY)).map(Entry::modified).contains(before));
      loseBackups();
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> stores.getFirst().keyValues().put(KEY, Bytes.utf8("2")));
      for (Store store : stores) {
        assertThatExceptionOfType(StoreUnavailableException.class)
            .isThrownBy(() -> store.keyValues().get(KEY));
        assertThatExceptionOfType(StoreUnavailableException.class)
            .isThrownBy(() -> store.keyValues().read(Read.of(KEY).serializable()));
      }
      loseNothing();
      stores.forEach(store -> assertThat(eventually(store).modified()).isEqualTo(before.next()));
    } finally {
      stores.forEach(Store::close);
    }
  }

  private static Entry eventually(Store store) {
    while (true) {
      try {
        return store.keyValues().get(KEY).orElseThrow();
      } catch (StoreUnavailableException again) {
        // The replicas are repaired within seconds; the test's time is limited.
      }
    }
  }
}

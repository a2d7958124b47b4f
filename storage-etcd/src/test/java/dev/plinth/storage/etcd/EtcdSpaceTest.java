package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A database that is full, and the documented commands that make room in it. */
final class EtcdSpaceTest {
  private static final Await AWAIT = new Await(Duration.ofSeconds(30));
  private static final Key KEY = Key.utf8("/space/a");
  private static final Bytes LARGE = Bytes.of(new byte[1 << 20]);
  private static final Bytes MEDIUM = Bytes.of(new byte[100_000]);
  private static final int ENOUGH = 1_000;
  private static final int WRITERS = 64;

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aFullDatabaseRefusesWritesUntilTheDocumentedCommandsMadeRoom(String version)
      throws Exception {
    try (Interoperation both = Interoperation.with(version, "--quota-backend-bytes=16777216")) {
      Store store = both.store();
      assertThatThrownBy(() -> fill(store))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("became full");
      AWAIT.until("the alarm is known", () -> isRefused(store));
      assertThatThrownBy(() -> fill(store))
          .isInstanceOfSatisfying(
              RequestRefusedException.class,
              refused -> assertThat(refused.reason()).isEqualTo(Reason.SPACE_EXCEEDED));
      assertThat(store.keyValues().get(KEY)).isPresent();
      assertThat(store.keyValues().delete(KEY)).isTrue();
      assertThat(store.status().alarms())
          .anySatisfy(alarm -> assertThat(alarm).contains("NOSPACE"));
      List<String> commands = EtcdDocument.commands("space");
      assertThat(commands).hasSize(3);
      for (String command : commands) {
        String filled = command.replace("$REVISION", store.status().revision().toString());
        String unused = both.etcdctl().run(EtcdDocument.words(filled));
      }
      AWAIT.until("a write is taken", () -> accepted(store));
      assertThat(store.status().alarms()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void whatIsRefusedWhileTheDatabaseBecomesFullIsNotThere(String version) throws Exception {
    for (boolean together : new boolean[] {true, false}) {
      try (Interoperation both = Interoperation.with(version, "--quota-backend-bytes=16777216");
          Store store = both.open(Map.of("group-commit", together))) {
        Set<Key> refused = ConcurrentHashMap.newKeySet();
        Set<Key> accepted = ConcurrentHashMap.newKeySet();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
          Key key = Key.utf8("/space/" + i + "/");
          writers.add(Thread.ofVirtual().start(() -> fill(store, key, refused, accepted)));
        }
        for (Thread writer : writers) {
          assertThat(writer.join(Duration.ofSeconds(60))).isTrue();
        }
        assertThat(refused).hasSizeGreaterThanOrEqualTo(WRITERS);
        Set<Key> there =
            store
                .keyValues()
                .read(Read.of(KeyRange.prefix(Key.utf8("/space/"))).keysOnly())
                .entries()
                .stream()
                .map(Entry::key)
                .collect(Collectors.toSet());
        assertThat(there).containsAll(accepted).doesNotContainAnyElementsOf(refused);
      }
    }
  }

  /** Writes other keys until writes are refused. */
  private static void fill(Store store, Key prefix, Set<Key> refused, Set<Key> accepted) {
    for (int i = 0; i < ENOUGH; i++) {
      Key key = Key.utf8(prefix + "" + i);
      try {
        Revision unused = store.keyValues().put(key, MEDIUM);
        accepted.add(key);
      } catch (RequestRefusedException full) {
        refused.add(key);
        return;
      } catch (OutcomeUnknownException perhaps) {
        // Either is right.
      }
    }
  }

  private static boolean isRefused(Store store) {
    try {
      Revision unused = store.keyValues().put(KEY, LARGE);
      return false;
    } catch (RequestRefusedException full) {
      return true;
    } catch (OutcomeUnknownException perhaps) {
      return false;
    }
  }

  private static void fill(Store store) {
    for (int i = 0; i < ENOUGH; i++) {
      store.keyValues().put(KEY, LARGE);
    }
  }

  private static boolean accepted(Store store) {
    try {
      return store.keyValues().put(KEY, Bytes.utf8("small")).value() > 0;
    } catch (RequestRefusedException stillFull) {
      return false;
    }
  }
}

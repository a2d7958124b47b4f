package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a restored snapshot means for processes that knew the data before (G40). */
final class EtcdRestoreTest {
  private static final Await AWAIT = new Await(Duration.ofSeconds(30));
  private static final Key BEFORE = Key.utf8("/restore/before");
  private static final Key AFTER = Key.utf8("/restore/after");

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void underANewTokenTheClusterIsAnotherOne(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Watch watch =
            both.store().watches().open(WatchOptions.of(KeyRange.prefix(Key.utf8("/restore/"))))) {
      Path snapshot = snapshotAfterOneWrite(both);
      both.servers().restore(snapshot, both.servers().token() + "-2");
      assertThatThrownBy(() -> firstAnswer(both.store(), BEFORE))
          .isInstanceOf(IncarnationLostException.class);
      assertThatThrownBy(() -> both.store().keyValues().put(AFTER, Bytes.EMPTY))
          .isInstanceOf(IncarnationLostException.class);
      assertThatThrownBy(() -> drain(watch)).isInstanceOf(IncarnationLostException.class);
      try (Store again = both.open(Map.of())) {
        assertThat(firstAnswer(again, BEFORE)).isPresent();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void underTheOldTokenARevisionThatFellIsNoticed(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      Path snapshot = snapshotAfterOneWrite(both);
      both.store().keyValues().put(AFTER, Bytes.utf8("lost"));
      both.servers().restore(snapshot, both.servers().token());
      assertThatThrownBy(() -> firstAnswer(both.store(), AFTER))
          .isInstanceOf(IncarnationLostException.class);
      try (Store again = both.open(Map.of())) {
        assertThat(firstAnswer(again, BEFORE)).isPresent();
        assertThat(firstAnswer(again, AFTER)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void underTheOldTokenAProcessThatSawNothingLaterGoesOn(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      Path snapshot = snapshotAfterOneWrite(both);
      both.servers().restore(snapshot, both.servers().token());
      assertThat(firstAnswer(both.store(), BEFORE)).map(Entry::value).contains(Bytes.utf8("kept"));
    }
  }

  private Path snapshotAfterOneWrite(Interoperation both) {
    both.store().keyValues().put(BEFORE, Bytes.utf8("kept"));
    Path snapshot = folder.resolve("backup.db");
    String unused = both.etcdctl().run("snapshot", "save", snapshot.toString());
    return snapshot;
  }

  /** Asks until the server answers, whatever it answers. */
  private static Optional<Entry> firstAnswer(Store store, Key key) {
    return AWAIT.value(
        "an answer",
        () -> {
          try {
            return Optional.of(store.keyValues().get(key));
          } catch (StoreUnavailableException notYet) {
            return Optional.empty();
          }
        });
  }

  private static void drain(Watch watch) throws InterruptedException {
    Duration patience = Duration.ofSeconds(30);
    while (watch.poll(patience).isPresent()) {
      // what came before the end
    }
  }
}

package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Store;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A database that is full, and the documented commands that make room in it. */
final class EtcdSpaceTest {
  private static final Await AWAIT = new Await(Duration.ofSeconds(30));
  private static final Key KEY = Key.utf8("/space/a");
  private static final Bytes LARGE = Bytes.of(new byte[1 << 20]);
  private static final int ENOUGH = 100;

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aFullDatabaseRefusesWritesUntilTheDocumentedCommandsMadeRoom(String version)
      throws Exception {
    try (Interoperation both = Interoperation.with(version, "--quota-backend-bytes=16777216")) {
      Store store = both.store();
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

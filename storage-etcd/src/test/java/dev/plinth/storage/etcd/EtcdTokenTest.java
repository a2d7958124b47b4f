package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that a server has forgotten, while many callers use them. */
final class EtcdTokenTest {
  private static final int CALLERS = 32;
  private static final int RESTARTS = 3;
  private static final Await AWAIT = new Await(Duration.ofSeconds(30));

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void everyCallerGoesOnAfterAServerForgotItsToken(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      both.servers().enableAuthentication("secret");
      try (Store store = both.open(Map.of("username", "root", "password", "secret"))) {
        AtomicBoolean over = new AtomicBoolean();
        AtomicLongArray done = new AtomicLongArray(CALLERS);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
          int caller = i;
          callers.add(Thread.ofVirtual().start(() -> work(store, caller, done, over)));
        }
        try {
          for (int i = 0; i < RESTARTS; i++) {
            awaitProgress(done);
            EtcdServer server = both.servers().members().getFirst();
            server.stop();
            both.servers().restart(server);
            both.servers().awaitHealthy();
            awaitProgress(done);
          }
        } finally {
          over.set(true);
        }
        for (Thread caller : callers) {
          assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
        }
      }
    }
  }

  private static void work(Store store, int caller, AtomicLongArray done, AtomicBoolean over) {
    Key key = Key.utf8("/tokens/" + caller);
    while (!over.get()) {
      try {
        if (caller % 2 == 0) {
          store.keyValues().put(key, Bytes.utf8("a"));
        } else {
          store.keyValues().list(KeyRange.prefix(key));
        }
        done.incrementAndGet(caller);
      } catch (StoreException again) {
        // the server is away
      }
    }
  }

  private static void awaitProgress(AtomicLongArray done) {
    long[] before = new long[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
      before[i] = done.get(i);
    }
    AWAIT.until(
        "every caller was answered twice",
        () -> {
          for (int i = 0; i < CALLERS; i++) {
            if (done.get(i) < before[i] + 2) {
              return false;
            }
          }
          return true;
        });
  }
}

package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.lock.HeldLock;
import dev.plinth.spi.lock.LockName;
import dev.plinth.spi.lock.Locks;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import dev.plinth.storage.etcd.testing.Etcdctl;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The user and the role of the documentation, made by its own commands, are enough. */
final class EtcdRolesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** No test waits for its end. */
  private static final Duration TTL = Duration.ofSeconds(20);

  private static final String PASSWORD = "of-plinth";
  private static final List<String> PREFIXES =
      List.of("/centro/", "/ztap/", "/lab-resource-manager/", "/registry/");

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void theDocumentedRoleIsEnoughForEveryService(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      protect(both.etcdctl());
      try (Store store = both.open(Map.of("username", "plinth", "password", PASSWORD))) {
        for (String prefix : PREFIXES) {
          useAsAServiceDoes(store, prefix);
        }
        assertThat(store.keyValues().current()).isGreaterThan(Revision.of(1));
        assertThat(store.status().leader()).isPresent();
        assertThat(store.leases().list()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void theDocumentedRoleReachesNothingElse(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      protect(both.etcdctl());
      both.etcdctl().with("--user=root:of-root").run("put", "/other/a", "secret");
      try (Store store = both.open(Map.of("username", "plinth", "password", PASSWORD))) {
        Key key = Key.utf8("/other/a");
        refused(Reason.PERMISSION_DENIED, () -> store.keyValues().get(key));
        refused(Reason.PERMISSION_DENIED, () -> store.keyValues().list(KeyRange.all()));
        refused(Reason.PERMISSION_DENIED, () -> store.keyValues().put(key, Bytes.utf8("mine")));
        refused(Reason.PERMISSION_DENIED, () -> store.keyValues().delete(key));
        refused(
            Reason.PERMISSION_DENIED,
            () -> {
              try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
                watch.poll(PATIENCE);
              }
            });
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void withoutItsPasswordAProcessIsToldSo(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      protect(both.etcdctl());
      try (Store wrong = both.open(Map.of("username", "plinth", "password", "guessed"));
          Store none = both.open(Map.of())) {
        refused(Reason.NOT_AUTHENTICATED, () -> wrong.keyValues().get(Key.utf8("/ztap/a")));
        refused(Reason.NOT_AUTHENTICATED, () -> none.keyValues().get(Key.utf8("/ztap/a")));
        refused(
            Reason.NOT_AUTHENTICATED, () -> none.keyValues().put(Key.utf8("/ztap/a"), Bytes.EMPTY));
      }
    }
  }

  /** Runs the commands of the document on a server without users. */
  private static void protect(Etcdctl etcdctl) throws IOException {
    List<String> commands = EtcdDocument.commands("roles");
    assertThat(commands).hasSizeGreaterThan(PREFIXES.size() + 4);
    for (String command : commands) {
      String filled =
          command.replace("$ROOT_PASSWORD", "of-root").replace("$PLINTH_PASSWORD", PASSWORD);
      String unused = etcdctl.run(EtcdDocument.words(filled));
    }
  }

  private static void useAsAServiceDoes(Store store, String prefix) throws Exception {
    Key key = Key.utf8(prefix + "a");
    KeyRange range = KeyRange.prefix(Key.utf8(prefix));
    try (Watch watch = store.watches().open(WatchOptions.of(range));
        Session session = Session.open(store, TTL, SessionPolicy.END);
        Leadership leadership =
            Elections.over(store)
                .campaign(ElectionName.of(prefix + "leader"), session, Bytes.utf8("node-1"));
        HeldLock lock = Locks.over(store).lock(LockName.of(prefix + "lock"), session)) {
      assertThat(leadership.isHeld() && lock.isHeld()).isTrue();
      store.keyValues().put(key, Bytes.utf8("one"), session.lease());
      assertThat(store.keyValues().list(range).entries()).hasSize(3);
      assertThat(store.leases().describe(session.lease()).orElseThrow().keys()).contains(key);
      store.leases().renew(session.lease());
      assertThat(watch.poll(PATIENCE)).isPresent();
    }
    assertThat(store.keyValues().list(range).entries()).isEmpty();
  }

  private static void refused(Reason reason, Refused call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            RequestRefusedException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(reason));
  }

  /** What is expected to be refused. */
  private interface Refused {
    void run() throws InterruptedException;
  }
}

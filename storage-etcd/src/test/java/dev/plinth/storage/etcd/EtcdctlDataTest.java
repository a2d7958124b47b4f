package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionEnd;
import dev.plinth.spi.session.SessionPolicy;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys, watches, leases and compaction as seen by this store and by etcdctl. */
final class EtcdctlDataTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Key KEY = Key.utf8("/interoperation/a");
  private static final KeyRange ALL = KeyRange.prefix(Key.utf8("/interoperation/"));

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void whatOneWritesTheOtherReads(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      KeyValues values = both.store().keyValues();
      Revision written = values.put(KEY, Bytes.utf8("one"));
      assertThat(both.etcdctl().run("get", "/interoperation/", "--prefix"))
          .isEqualTo("/interoperation/a\none");
      assertThat(both.etcdctl().run("get", KEY.toString(), "-w", "fields"))
          .contains("\"ModRevision\" : " + written)
          .contains("\"Version\" : 1");
      both.etcdctl().run("put", KEY.toString(), "two");
      Entry entry = values.get(KEY).orElseThrow();
      assertThat(entry.value()).isEqualTo(Bytes.utf8("two"));
      assertThat(entry.created()).isEqualTo(written);
      assertThat(entry.modified()).isGreaterThan(written);
      assertThat(entry.version()).isEqualTo(2);
      both.etcdctl().run("del", "/interoperation/", "--prefix");
      assertThat(values.list(ALL).entries()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void etcdctlWatchesWhatIsWrittenHere(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        EtcdctlSession watch =
            EtcdctlSession.start(
                both.etcdctl(), "watch", "/interoperation/", "--prefix", "--rev=1")) {
      KeyValues values = both.store().keyValues();
      values.put(KEY, Bytes.utf8("one"));
      values.commit(
          Transaction.of(Put.of(Key.utf8("/interoperation/b"), Bytes.utf8("two")), Delete.of(KEY)));
      watch.awaitLine("the deletion", "DELETE"::equals);
      watch.awaitLine("the put", "two"::equals);
      assertThat(watch.lines())
          .startsWith("PUT", "/interoperation/a", "one", "PUT", "/interoperation/b", "two");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aWatchHereSeesWhatEtcdctlWrites(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Watch watch = both.store().watches().open(WatchOptions.of(ALL).withPreviousValues())) {
      both.etcdctl().run("put", "/interoperation/a", "one");
      both.etcdctl().run("put", "/interoperation/b", "two");
      both.etcdctl().run("del", "/interoperation/", "--prefix");
      assertThat(next(watch).changes())
          .singleElement()
          .satisfies(change -> assertThat(change.isCreation()).isTrue());
      assertThat(next(watch).changes())
          .singleElement()
          .satisfies(change -> assertThat(change.entry().value()).isEqualTo(Bytes.utf8("two")));
      assertThat(next(watch).changes())
          .hasSize(2)
          .allSatisfy(change -> assertThat(change.kind()).isEqualTo(Change.Kind.DELETE))
          .satisfiesExactly(
              change -> assertThat(change.previous()).map(Entry::value).contains(Bytes.utf8("one")),
              change ->
                  assertThat(change.previous()).map(Entry::value).contains(Bytes.utf8("two")));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aConditionHereSeesWhatEtcdctlWrote(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      KeyValues values = both.store().keyValues();
      values.put(KEY, Bytes.utf8("one"));
      Entry read = values.get(KEY).orElseThrow();
      both.etcdctl().run("put", KEY.toString(), "two");
      assertThat(values.replace(read, Bytes.utf8("three"))).isEmpty();
      assertThat(
              values
                  .commit(
                      Transaction.when(Condition.exists(KEY))
                          .then(Put.of(KEY, Bytes.utf8("three"))))
                  .conditionsHeld())
          .isTrue();
      assertThat(both.etcdctl().run("get", KEY.toString(), "--print-value-only"))
          .isEqualTo("three");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void etcdctlSeesALeaseThatWasGrantedHereAndItsKeys(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      LeaseInfo lease = both.store().leases().grant(Duration.ofSeconds(90));
      both.store().keyValues().put(KEY, Bytes.utf8("one"), lease.id());
      assertThat(both.etcdctl().run("lease", "list")).contains(lease.id().hex());
      assertThat(both.etcdctl().run("lease", "timetolive", lease.id().hex(), "--keys"))
          .contains("granted with TTL(90s)")
          .contains("attached keys([/interoperation/a])");
      both.store().leases().revoke(lease.id());
      assertThat(both.etcdctl().run("lease", "timetolive", lease.id().hex()))
          .contains("already expired");
      assertThat(both.etcdctl().run("get", KEY.toString())).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aLeaseThatEtcdctlGrantedCarriesAKeyThatIsWrittenHere(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      String granted = both.etcdctl().run("lease", "grant", "90");
      LeaseId lease = LeaseId.of(Long.parseUnsignedLong(granted.split(" ", -1)[1], 16));
      both.store().keyValues().put(KEY, Bytes.utf8("one"), lease);
      assertThat(both.store().leases().list()).contains(lease);
      assertThat(both.store().leases().describe(lease))
          .hasValueSatisfying(info -> {
            assertThat(info.granted()).isEqualTo(Duration.ofSeconds(90));
            assertThat(info.keys()).containsExactly(KEY);
          });
      try (Watch watch = both.store().watches().open(WatchOptions.of(ALL))) {
        both.etcdctl().run("lease", "revoke", lease.hex());
        assertThat(next(watch).changes())
            .singleElement()
            .satisfies(change -> assertThat(change.kind()).isEqualTo(Change.Kind.DELETE));
      }
      assertThat(both.store().leases().describe(lease)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aSessionHereEndsWhenEtcdctlRevokesItsLease(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Session session = Session.open(both.store(), Duration.ofSeconds(3), SessionPolicy.END)) {
      both.etcdctl().run("lease", "revoke", session.lease().hex());
      assertThat(session.awaitEnd().reason()).isEqualTo(SessionEnd.Reason.LOST);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void whatEtcdctlCompactedIsLostHistoryHere(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      KeyValues values = both.store().keyValues();
      Revision first = values.put(KEY, Bytes.utf8("one"));
      Revision second = values.put(KEY, Bytes.utf8("two"));
      assertThat(values.read(Read.of(KEY).at(first)).entries())
          .singleElement()
          .satisfies(entry -> assertThat(entry.value()).isEqualTo(Bytes.utf8("one")));
      both.etcdctl().run("compact", second.toString());
      assertThatThrownBy(() -> values.read(Read.of(KEY).at(first)))
          .isInstanceOfSatisfying(
              HistoryLostException.class, lost -> assertThat(lost.compacted()).isEqualTo(second));
      try (Watch watch = both.store().watches().open(WatchOptions.of(ALL).from(first))) {
        assertThatThrownBy(() -> watch.poll(PATIENCE)).isInstanceOf(HistoryLostException.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void bothNameTheSameMembersAndTheSameLeader(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version)) {
      StoreStatus status = both.store().status();
      assertThat(both.etcdctl().run("version")).contains("etcdctl version: " + status.version());
      String members = both.etcdctl().run("member", "list");
      assertThat(status.members())
          .isNotEmpty()
          .allSatisfy(member -> {
            assertThat(members).contains(member.id(), member.name());
            assertThat(members).contains(member.clientUrls());
          });
      assertThat(status.leader())
          .hasValueSatisfying(leader -> assertThat(members).contains(leader));
    }
  }

  private static WatchBatch next(Watch watch) throws InterruptedException {
    Optional<WatchBatch> batch = watch.poll(PATIENCE);
    while (batch.isPresent() && batch.get().changes().isEmpty()) {
      batch = watch.poll(PATIENCE);
    }
    assertThat(batch).as("a change in %s", PATIENCE).isPresent();
    return batch.get();
  }
}

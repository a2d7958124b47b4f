package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Capability;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.storage.etcd.Callers.Caller;
import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.SharedServers;
import dev.plinth.storage.etcd.testing.TcpProxy;
import dev.plinth.tck.Verifies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What many callers do at once to keys of their own, on a real server. */
final class EtcdSharedTransactionsTest {
  @RegisterExtension static final SharedServers SERVERS = SharedServers.newest(1);

  private static final int CALLERS = 64;
  private static final int OPERATIONS = 150;
  private static final int KEYS = 4;
  private static final LeaseId MISSING = LeaseId.of(0x6d69_7373);

  /** What changed at a revision, as its callers were told. */
  private final Map<Revision, ConcurrentLinkedQueue<Key>> changes = new ConcurrentHashMap<>();

  private final ConcurrentLinkedQueue<Revision> conditional = new ConcurrentLinkedQueue<>();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Verifies({"G1", "G3", "G6", "G12"})
  void eachCallerSeesWhatItWouldSeeAlone(boolean together) throws Exception {
    long seed = new Random().nextLong();
    KeySpace space = KeySpace.of("shared").child(String.valueOf(together));
    try (Store store =
        EtcdClient.open(
            SERVERS.servers().endpoints(),
            Map.of("group-commit", together, "request-timeout", "30s"),
            () -> {})) {
      assertThat(store.capabilities().contains(Capability.SOLE_REVISION)).isEqualTo(!together);
      LeaseId lease = store.leases().grant(Duration.ofMinutes(5)).id();
      List<Caller<Map<Key, Entry>>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Random random = new Random(seed + i);
        KeySpace own = space.child(KeySpace.ordered(i));
        callers.add(
            Callers.start(() -> new OneCaller(store.keyValues(), own, lease, random).run()));
      }
      Map<Key, Entry> expected = new HashMap<>();
      for (Caller<Map<Key, Entry>> caller : callers) {
        expected.putAll(caller.returned());
      }
      assertThat(store.keyValues().list(space.below()).entries())
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(expected.values());
    }
    for (ConcurrentLinkedQueue<Key> keys : changes.values()) {
      assertThat(keys).as("seed %d", seed).doesNotHaveDuplicates();
    }
    assertThat(conditional)
        .as("seed %d", seed)
        .isNotEmpty()
        .allSatisfy(revision -> assertThat(changes.get(revision)).hasSize(1));
    assertThat(changes.values().stream().anyMatch(keys -> keys.size() > 1)).isEqualTo(together);
  }

  /** One caller, alone on its keys, who knows what each of them must be. */
  private final class OneCaller {
    private final KeyValues keyValues;
    private final KeySpace space;
    private final LeaseId lease;
    private final Random random;
    private final Map<Key, Entry> known = new HashMap<>();
    private Revision last = Revision.ZERO;

    OneCaller(KeyValues keyValues, KeySpace space, LeaseId lease, Random random) {
      this.keyValues = keyValues;
      this.space = space;
      this.lease = lease;
      this.random = random;
    }

    Map<Key, Entry> run() {
      for (int i = 0; i < OPERATIONS; i++) {
        Key key = space.key("k" + random.nextInt(KEYS));
        Bytes value = Bytes.utf8("v" + i);
        switch (random.nextInt(8)) {
          case 0, 1 -> put(Put.of(key, value));
          case 2 -> put(Put.of(key, value).withLease(lease).returningPrevious());
          case 3 -> delete(key);
          case 4 -> refused(key, value);
          case 5 -> replace(key, value);
          case 6 -> count(key);
          default -> assertThat(keyValues.get(key)).isEqualTo(Optional.ofNullable(known.get(key)));
        }
      }
      return known;
    }

    private void put(Put put) {
      Optional<Entry> before = Optional.ofNullable(known.get(put.key()));
      Commit commit = keyValues.commit(Transaction.of(put));
      assertThat(commit.conditionsHeld()).isTrue();
      assertThat(commit.put(0).revision()).isEqualTo(commit.revision());
      assertThat(commit.put(0).previous())
          .isEqualTo(put.returnsPrevious() ? before : Optional.empty());
      written(put, before, commit.revision());
    }

    private void written(Put put, Optional<Entry> before, Revision revision) {
      changed(put.key(), revision);
      known.put(
          put.key(),
          new Entry(
              put.key(),
              put.value().orElseThrow(),
              before.map(Entry::created).orElse(revision),
              revision,
              before.map(Entry::version).orElse(0L) + 1,
              put.lease() instanceof Put.Attachment.To(LeaseId to)
                  ? Optional.of(to)
                  : Optional.empty()));
    }

    private void delete(Key key) {
      Optional<Entry> before = Optional.ofNullable(known.remove(key));
      Commit commit = keyValues.commit(Transaction.of(Delete.of(key).returningPrevious()));
      assertThat(commit.delete(0).previous()).isEqualTo(before.stream().toList());
      assertThat(commit.delete(0).count()).isEqualTo(before.isPresent() ? 1 : 0);
      if (before.isPresent()) {
        changed(key, commit.revision());
      } else {
        assertThat(commit.revision()).isGreaterThanOrEqualTo(last);
      }
    }

    private void refused(Key key, Bytes value) {
      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> keyValues.put(key, value, MISSING))
          .returns(RequestRefusedException.Reason.LEASE_NOT_FOUND, RequestRefusedException::reason);
    }

    private void replace(Key key, Bytes value) {
      Entry before = known.get(key);
      if (before == null) {
        keyValues
            .create(key, value)
            .ifPresentOrElse(
                revision -> conditional(Put.of(key, value), Optional.empty(), revision),
                () -> {
                  throw new AssertionError(key + " exists");
                });
      } else {
        Commit commit =
            keyValues.commit(
                Transaction.when(dev.plinth.spi.Condition.unchanged(before))
                    .then(Put.of(key, value)));
        assertThat(commit.conditionsHeld()).isTrue();
        conditional(Put.of(key, value), Optional.of(before), commit.revision());
      }
    }

    private void conditional(Put put, Optional<Entry> before, Revision revision) {
      conditional.add(revision);
      written(put, before, revision);
    }

    private void count(Key key) {
      assertThat(keyValues.read(Read.of(key).countOnly()).count())
          .isEqualTo(known.containsKey(key) ? 1 : 0);
    }

    private void changed(Key key, Revision revision) {
      assertThat(revision).isGreaterThan(last);
      last = revision;
      changes.computeIfAbsent(revision, at -> new ConcurrentLinkedQueue<>()).add(key);
    }
  }

  @Test
  @Verifies({"G37", "G38", "G39"})
  void aConnectionThatIsCutLeavesEveryCallerWithTheTruth() throws Exception {
    KeySpace space = KeySpace.of("cut");
    TcpProxy proxy = TcpProxy.to(SERVERS.servers().members().getFirst().port());
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger unknown = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    try (Store store =
        EtcdClient.open(List.of(proxy.endpoint()), Map.of("request-timeout", "2s"), proxy::close)) {
      List<Caller<Long>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Key key = space.key(KeySpace.ordered(i));
        callers.add(Callers.start(() -> count(store.keyValues(), key, answered, unknown, enough)));
      }
      for (int cuts = 0; cuts < 5 || unknown.get() < 5; cuts++) {
        int before = answered.get();
        Callers.until("all write again", () -> answered.get() > before + CALLERS);
        // Not every cut falls between a write and its answer.
        proxy.reset();
      }
      enough.set(true);
      for (Caller<Long> caller : callers) {
        assertThat(caller.returned()).isPositive();
      }
    }
  }

  /**
   * Writes rising numbers to a key of its own; returns how many were applied. The version tells how
   * many were, so nothing may be applied twice or be applied although it was refused.
   */
  private static long count(
      KeyValues keyValues,
      Key key,
      AtomicInteger answered,
      AtomicInteger unknown,
      AtomicBoolean enough) {
    long applied = 0;
    long perhaps = 0;
    for (int i = 0; !enough.get(); i++) {
      try {
        Revision unused = keyValues.put(key, Bytes.utf8(String.valueOf(i)));
        applied++;
        answered.incrementAndGet();
      } catch (OutcomeUnknownException lost) {
        perhaps++;
        unknown.incrementAndGet();
      } catch (StoreUnavailableException not) {
        // The next one is written when there is a connection.
      }
    }
    while (true) {
      try {
        long version = keyValues.get(key).map(Entry::version).orElse(0L);
        assertThat(version).isBetween(applied, applied + perhaps);
        return version;
      } catch (StoreUnavailableException again) {
        // The time of the whole is limited.
      }
    }
  }

  @Test
  @Verifies("G42")
  void closingEndsEveryPendingCall() throws Exception {
    TcpProxy proxy = TcpProxy.to(SERVERS.servers().members().getFirst().port());
    List<Caller<Object>> callers = new ArrayList<>();
    try (Store store =
        EtcdClient.open(
            List.of(proxy.endpoint()), Map.of("request-timeout", "30s"), proxy::close)) {
      Key key = Key.utf8("close/first");
      assertThat(store.keyValues().put(key, Bytes.EMPTY)).isNotNull();
      proxy.stall();
      for (int i = 0; i < CALLERS; i++) {
        Key own = Key.utf8("close/" + i);
        boolean reads = i % 2 == 0;
        callers.add(
            Callers.startAndWait(() ->
                reads ? store.keyValues().get(own) : store.keyValues().put(own, Bytes.EMPTY)));
      }
    }
    for (Caller<Object> caller : callers) {
      assertThat(caller.thrown()).isInstanceOf(HandleClosedException.class);
    }
  }

  @Test
  @Verifies({"G6", "G13"})
  void readsOfLargeValuesAreAnswered() throws Exception {
    KeySpace space = KeySpace.of("large");
    Bytes value = Bytes.of(new byte[1_000_000]);
    try (Store store =
        EtcdClient.open(
            SERVERS.servers().endpoints(), Map.of("request-timeout", "30s"), () -> {})) {
      for (int i = 0; i < 40; i++) {
        assertThat(store.keyValues().put(space.key(KeySpace.ordered(i)), value)).isNotNull();
      }
      List<Caller<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        Key key = space.key(KeySpace.ordered(i));
        callers.add(Callers.start(() -> store.keyValues().get(key).orElseThrow().value().size()));
      }
      for (Caller<Integer> caller : callers) {
        assertThat(caller.returned()).isEqualTo(value.size());
      }
      assertThat(store.keyValues().delete(space.below())).isEqualTo(40);
    }
  }

  @Test
  void theWholeRangeIsNotOneKey() {
    assertThat(EtcdGroupCommit.isShareable(Read.of(KeyRange.all()))).isFalse();
    assertThat(EtcdGroupCommit.isShareable(Transaction.of(Delete.of(KeyRange.all())))).isFalse();
  }
}

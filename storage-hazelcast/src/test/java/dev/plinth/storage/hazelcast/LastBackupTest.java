package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Store;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * H6: the owner finds out that it is alone in the moment between its look at the replicas and the
 * sending of what it did. Hazelcast then sends that to nobody, and waits for nobody.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(TestCluster.LOSSES)
final class LastBackupTest {
  private static final String KEYSPACE = "plinth";
  private static final Key KEY = Key.utf8("key");
  private static final Await PATIENT = new Await(Duration.ofMinutes(1));

  private final HazelcastReplicas replicas = new HazelcastReplicas(1, 2);
  private final List<TestMember> members = new ArrayList<>();
  private final AtomicBoolean loses = new AtomicBoolean();

  @BeforeEach
  void start() {
    String name = "last-" + UUID.randomUUID();
    for (int i = 0; i < 2; i++) {
      List<String> others = members.stream().map(TestMember::address).toList();
      Config config = TestMember.config(name, others, 1);
      members.add(TestMember.start(config, TestMember.RULES, this::check));
    }
    UUID unused = members.getFirst().create(KEYSPACE);
    PATIENT.until("both have a copy", () -> members.stream().allMatch(this::isSafe));
  }

  private boolean isSafe(TestMember member) {
    return replicas.liveBackups(member.instance(), KEYSPACE) == 1
        && member.instance().getPartitionService().isClusterSafe();
  }

  @AfterEach
  void stop() {
    members.forEach(TestMember::close);
  }

  /** Looks as always; then, once, the other member goes before anything is done. */
  private void check(HazelcastInstance instance, String keyspace) {
    replicas.check(instance, keyspace);
    if (loses.compareAndSet(true, false)) {
      members.stream()
          .map(TestMember::instance)
          .filter(other -> !other.equals(instance))
          .forEach(other -> other.getLifecycleService().terminate());
      PATIENT.until("it is alone", () -> instance.getCluster().getMembers().size() == 1);
    }
  }

  private Store open() {
    TestMember owner =
        members.stream()
            .filter(member -> replicas.isOwner(member.instance(), KEYSPACE))
            .findFirst()
            .orElseThrow();
    Store store = owner.open(KEYSPACE, Duration.ofSeconds(5));
    PATIENT.until("it serves", () -> store.keyValues().put(KEY, Bytes.utf8("1")).value() > 0);
    return store;
  }

  @Test
  void h6AWriteThatReachedNobodyIsNotAcknowledged() {
    try (Store store = open()) {
      loses.set(true);
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> store.keyValues().put(KEY, Bytes.utf8("2")));
      assertThat(loses).isFalse();
    }
  }
}

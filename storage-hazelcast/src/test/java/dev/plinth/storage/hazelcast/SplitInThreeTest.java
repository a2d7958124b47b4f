package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.tck.Await;
import dev.plinth.tck.Concurrently;
import dev.plinth.tck.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A member is alone while the two others go on; then those lose one another as well, and one of
 * them meets the one that knows nothing of what they did. Together they are a majority, and of two
 * sides of one size it is the address that decides whose data is given up (F21, H12).
 */
final class SplitInThreeTest {
  private static final KeySpace WRITTEN = KeySpace.of("/written");
  private static final Duration BETWEEN = Duration.ofMillis(2);
  private static final Await PATIENT = new Await(Duration.ofMinutes(3));

  private final List<MemberProcess> members = new ArrayList<>();
  private final Map<Key, Revision> acknowledged = new ConcurrentHashMap<>();
  private final AtomicLong highest = new AtomicLong();
  private final Queue<String> old = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean done = new AtomicBoolean();

  @BeforeEach
  void start() {
    String name = "three-" + UUID.randomUUID();
    // Sorted as their addresses are compared, as text of one length.
    List<Integer> ports = Ports.free(3).stream().sorted().toList();
    for (int place = 0; place < ports.size(); place++) {
      MemberProcess member = new MemberProcess(name, ports, place, Map.of(), false);
      members.add(member);
      member.start();
    }
    awaitTogether();
  }

  @AfterEach
  void end() {
    done.set(true);
    members.forEach(MemberProcess::close);
  }

  private void awaitTogether() {
    members.forEach(member -> awaitSize(3, member));
    members.forEach(member ->
        PATIENT.until(
            "all copies are there", () -> member.instance().getPartitionService().isClusterSafe()));
  }

  private static void awaitSize(int size, MemberProcess member) {
    PATIENT.until(
        size + " members", () -> member.instance().getCluster().getMembers().size() == size);
  }

  @Test
  void whatTwoAcknowledgedIsBroughtToTheThirdByTheOneThatGivesUp() {
    meet(members.get(0), members.get(1), members.get(2));
  }

  @Test
  void whatTwoAcknowledgedIsKeptWhenTheThirdGivesUp() {
    meet(members.get(2), members.get(1), members.get(0));
  }

  /**
   * Nothing is lost and nobody reads what is old.
   *
   * @param away who is alone first, and writes and reads all the time
   * @param busy who goes on with the last one, and writes and reads as well
   * @param idle who knows what was acknowledged by what it is told only
   */
  private void meet(MemberProcess away, MemberProcess busy, MemberProcess idle) {
    Client unaware = new Client(away, "away");
    Client aware = new Client(busy, "busy");
    PATIENT.until("both write", () -> unaware.count() > 10 && aware.count() > 10);
    cut(away, busy);
    cut(away, idle);
    awaitSize(2, busy);
    awaitSize(2, idle);
    int before = aware.count();
    // No more, so that what was acknowledged is known to few.
    PATIENT.until("two go on", () -> aware.count() > before);
    cut(busy, idle);
    members.forEach(member -> awaitSize(1, member));
    heal(away, idle);
    awaitSize(2, away);
    awaitSize(2, idle);
    int alone = unaware.count();
    PATIENT.until("two that met go on", () -> unaware.count() > alone + 100);
    heal(busy, idle);
    heal(busy, away);
    awaitTogether();
    int again = aware.count();
    PATIENT.until("all go on", () -> aware.count() > again + 10);
    done.set(true);
    List.of(unaware, aware).forEach(Client::end);

    assertThat(old).isEmpty();
    for (MemberProcess member : members) {
      Store store = member.store().orElseThrow();
      acknowledged.forEach((key, revision) ->
          assertThat(store.keyValues().get(key))
              .as("%s", key)
              .hasValueSatisfying(entry -> assertThat(entry.modified()).isEqualTo(revision)));
    }
  }

  private static void cut(MemberProcess one, MemberProcess other) {
    one.firewall().cut(other.firewall());
  }

  private static void heal(MemberProcess one, MemberProcess other) {
    one.firewall().heal(other.firewall());
    other.firewall().heal(one.firewall());
  }

  /** Writes keys that nobody else writes, and asks how far the data is. */
  private final class Client {
    private final Store store;
    private final String name;
    private final AtomicInteger count = new AtomicInteger();
    private final Future<Boolean> working;

    Client(MemberProcess member, String name) {
      this.store = member.store().orElseThrow();
      this.name = name;
      this.working = Concurrently.start(this::work);
    }

    int count() {
      return count.get();
    }

    private boolean work() {
      for (int number = 0; !done.get(); number++) {
        long before = highest.get();
        try {
          Key key = WRITTEN.key(name + "-" + number);
          Revision revision = store.keyValues().put(key, Bytes.EMPTY);
          acknowledged.put(key, revision);
          note(before, revision);
          long between = highest.get();
          note(between, store.keyValues().current());
          int unused = count.incrementAndGet();
        } catch (StoreException notNow) {
          // As it must be where there is no majority, or one that lacks something.
        }
        LockSupport.parkNanos(BETWEEN.toNanos());
      }
      return true;
    }

    private void note(long before, Revision told) {
      if (told.value() < before) {
        old.add(name + " asked after revision " + before + " and was told " + told);
      }
      long unused = highest.accumulateAndGet(told.value(), Math::max);
    }

    void end() {
      assertThat(Concurrently.result(working, PATIENT.patience())).isTrue();
    }
  }
}

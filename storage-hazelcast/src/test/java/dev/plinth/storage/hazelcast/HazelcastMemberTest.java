package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.partition.MigrationInfo;
import com.hazelcast.internal.partition.MigrationStateImpl;
import com.hazelcast.internal.partition.ReplicaMigrationEventImpl;
import com.hazelcast.internal.partition.impl.InternalPartitionServiceImpl;
import com.hazelcast.internal.partition.impl.MigrationInterceptor;
import com.hazelcast.partition.MigrationListener;
import com.hazelcast.spi.exception.RetryableHazelcastException;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Measurement;
import dev.plinth.spi.Settings;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.ForwardingRuntime;
import dev.plinth.tck.Ports;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Members with real sockets, in one process. */
@Timeout(300)
@Order(1) // it takes long
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(TestCluster.MEMBERSHIP)
final class HazelcastMemberTest {
  /** One member of a test. */
  private record Started(HazelcastMember member, HazelcastMemberStore store) {}

  private static final Key KEY = Key.utf8("k");
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

  private final StoreRuntime runtime = StoreRuntime.system();
  private final String cluster = "member-test-" + UUID.randomUUID();
  private final List<Started> all = new ArrayList<>();

  @AfterEach
  void stop() {
    for (Started each : all) {
      each.member().terminate();
      each.store().close();
    }
    runtime.close();
  }

  /** Rule H11: however members start, one keyspace comes of it. */
  @Test
  void membersThatStartAtOnceFindOneKeyspace() throws Exception {
    List<Integer> ports = Ports.free(3);
    try (ExecutorService starting = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Started>> futures = new ArrayList<>();
      for (int port : ports) {
        futures.add(starting.submit(() -> start(port, ports, Map.of())));
      }
      for (Future<Started> each : futures) {
        all.add(each.get());
      }
    }
    await(() -> all.stream().allMatch(HazelcastMemberTest::serves));
    put(all.getFirst(), "v");
    for (Started each : all) {
      assertThat(value(each)).isEqualTo("v");
    }
    assertThat(all.stream().map(each -> each.store().status().incarnation()).distinct()).hasSize(1);
  }

  /** Rules H6 and H7: one of three serves nothing, and goes on by itself when there are two. */
  @Test
  void oneAloneWaitsForAnother() throws Exception {
    List<Integer> ports = Ports.free(2);
    Started first = add(start(ports.getFirst(), ports, Map.of("request-timeout", "2s")));
    assertThatThrownBy(() -> put(first, "early"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("fewer members than minimum-members");
    assertThatThrownBy(() -> first.store().status())
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("1 member(s), and minimum-members is 2");
    HazelcastReplicas guard = new HazelcastReplicas(2, 2);
    assertThatThrownBy(() -> guard.check(first.member().instance(), HazelcastMember.KEYSPACE))
        .isInstanceOf(RetryableHazelcastException.class)
        .hasMessage("too few members hold the data: 1 of the 2 that minimum-members asks for");

    AtomicInteger changes = new AtomicInteger();
    first.member().onMembershipOrMigrationOrMerge(changes::incrementAndGet);
    Started second = add(start(ports.getLast(), ports, Map.of("request-timeout", "2s")));
    await(() -> serves(first) && serves(second));
    // The owner knows first; others hear of it, as of events, while it serves already.
    await(() -> isKept(guard, first));
    put(second, "v");
    assertThat(value(first)).isEqualTo("v");
    await(() -> changes.get() > 0);

    second.member().terminate();
    await(() -> !serves(first));
    assertThatThrownBy(() -> put(first, "late")).isInstanceOf(StoreException.class);
  }

  private static boolean isKept(HazelcastReplicas guard, Started started) {
    try {
      guard.check(started.member().instance(), HazelcastMember.KEYSPACE);
      return true;
    } catch (RetryableHazelcastException tooFew) {
      return false;
    }
  }

  /** What the metrics page shows needs nobody's answer, so it shows when nothing is served too. */
  @Test
  void eachMemberMeasuresWhatItHolds() throws Exception {
    List<Integer> ports = Ports.free(2);
    Started first = add(start(ports.getFirst(), ports, Map.of("state-budget", "1MiB")));
    assertThat(measured(first))
        .containsEntry("members", 1L)
        .containsEntry("members-minimum", 2L)
        .containsEntry("members-configured", 3L)
        .containsEntry("backups-live", 0L)
        .containsEntry("backups-configured", 2L)
        .containsEntry("state-budget-bytes", 1L << 20)
        .containsEntry("alarms", 1L)
        .doesNotContainKeys("index", "state-bytes");

    Started second = add(start(ports.getLast(), ports, Map.of("state-budget", "1MiB")));
    await(() -> serves(first) && serves(second));
    put(first, "v".repeat(1000));
    await(() ->
        Objects.equals(measured(first).get("index"), measured(second).get("index"))
            && measured(first).getOrDefault("index", 0L) > 0);
    // Each hears by itself who holds what; the copies may go on moving while they serve.
    await(() -> measures("owner", 0L, 1L));
    await(() -> measures("members", 2L, 2L) && measures("backups-live", 1L, 1L));
    for (Started each : all) {
      assertThat(measured(each).get("state-bytes")).isBetween(1000L, 10_000L);
    }
    // It is noted after the copy has arrived, which may serve by then.
    await(() ->
        all.stream()
            .allMatch(each -> measured(each).containsKey("last-migration-timestamp-seconds")));
    assertThat(measured(first).get("last-migration-timestamp-seconds"))
        .isBetween(runtime.now().getEpochSecond() - 600, runtime.now().getEpochSecond());

    List<String> names = first.store().measurements().stream().map(Measurement::name).toList();
    second.member().terminate();
    assertThat(second.store().measurements().stream().map(Measurement::name)).isEqualTo(names);
    assertThat(measured(second))
        .containsOnlyKeys(
            "backups-configured",
            "state-budget-bytes",
            "members-minimum",
            "members-configured",
            "last-migration-timestamp-seconds",
            "alarms");
  }

  /** Whether all members together measure these values, whoever which. */
  private boolean measures(String name, Long... values) {
    return all.stream()
        .map(each -> measured(each).getOrDefault(name, -1L))
        .sorted()
        .toList()
        .equals(List.of(values));
  }

  private static Map<String, Long> measured(Started started) {
    Map<String, Long> measured = new HashMap<>();
    for (Measurement each : started.store().measurements()) {
      each.value().ifPresent(value -> measured.put(each.name(), value));
    }
    return measured;
  }

  /** Graceful shutdown hands over first. */
  @Test
  void whatAMemberHeldIsThereWhenItHasLeft() throws Exception {
    List<Integer> ports = Ports.free(2);
    Map<String, Object> one = Map.of("minimum-members", 1);
    Started first = add(start(ports.getFirst(), ports, one));
    put(first, "v");
    Started second = add(start(ports.getLast(), ports, one));
    first.store().close();
    assertThat(value(second)).isEqualTo("v");
    assertThat(second.store().status().version()).matches("5\\.7\\.\\d+");
    assertThat(second.store().status().alarms()).anyMatch(alarm -> alarm.contains("cluster-size"));
  }

  @Test
  void moreMembersThanThereShouldBeAreAnAlarm() throws Exception {
    List<Integer> ports = Ports.free(2);
    Map<String, Object> one = Map.of("cluster-size", 1);
    Started first = add(start(ports.getFirst(), ports, one));
    assertThat(first.member().alarms()).isEmpty();
    Started unused = add(start(ports.getLast(), ports, one));
    await(() -> first.member().alarms().contains("2 member(s), and cluster-size is 1"));
  }

  /** Rule H11: nobody makes an empty store of one that was lost. */
  @Test
  void aLostKeyspaceStaysLost() throws Exception {
    List<Integer> ports = Ports.free(3);
    Map<String, Object> uncopied =
        Map.of("minimum-members", 1, "backup-count", 0, "request-timeout", "3s");
    for (int port : ports) {
      Started unused = add(start(port, ports, uncopied));
    }
    put(all.getFirst(), "v");
    // While copies move, who owns the data may be another one a moment later.
    await(() -> all.stream().allMatch(each -> isSettled(each, ports.size())));
    UUID owner =
        all.getFirst()
            .member()
            .instance()
            .getPartitionService()
            .getPartition(HazelcastMember.KEYSPACE)
            .getOwner()
            .getUuid();
    Started holder = all.stream().filter(each -> id(each).equals(owner)).findFirst().orElseThrow();
    holder.member().terminate();
    List<Started> left = all.stream().filter(each -> !each.equals(holder)).toList();
    for (Started each : left) {
      await(() -> each.member().alarms().contains("all copies of the data are lost"));
      assertThatThrownBy(() -> each.store().keyValues().get(KEY))
          .isInstanceOf(StoreException.class);
    }
    Started late = add(start(ports.get(all.indexOf(holder)), ports, uncopied));
    assertThatThrownBy(() -> late.store().keyValues().get(KEY)).isInstanceOf(StoreException.class);
    assertThat(
            HazelcastMemberConfig.map(late.member().instance())
                .containsKey(HazelcastMember.KEYSPACE))
        .isFalse();
  }

  private static boolean isSettled(Started started, int members) {
    return started.member().members() == members
        && started.member().instance().getPartitionService().isClusterSafe();
  }

  /** Rule H12: of two clusters that meet, one gives up its data and knows it. */
  @Test
  void clustersThatMeetKeepTheDataOfOne() throws Exception {
    List<Integer> ports = Ports.free(2);
    Map<String, Object> one = Map.of("minimum-members", 1);
    // They shall not meet before somebody listens, however long the second takes to start.
    Set<Address> notYet = Set.of(new Address("127.0.0.1", ports.getLast()));
    Started searching =
        add(start(ports.getFirst(), ports, one, built -> Firewall.start(built, notYet)));
    put(searching, "searching");
    Started other = add(start(ports.getLast(), ports.subList(1, 2), one));
    assertThat(other.store().keyValues().get(KEY)).isEmpty();
    AtomicInteger told = new AtomicInteger();
    all.forEach(each -> each.member().onMerge(told::incrementAndGet));
    Firewall firewall = Firewall.of(searching.member().instance());
    notYet.forEach(firewall::heal);
    await(() -> searching.member().merges() + other.member().merges() > 0);
    // A merge counts before the last of those who listen is told.
    await(() -> told.get() > 1);
    await(() ->
        all.stream()
            .allMatch(each -> each.member().instance().getCluster().getMembers().size() == 2));
    assertThat(told).as("before and after").hasValue(2);
    assertThat(searching.member().merges() + other.member().merges()).isEqualTo(1);
    Started kept = searching.member().merges() == 0 ? searching : other;
    Started gaveUp = kept.equals(searching) ? other : searching;
    assertThatThrownBy(() -> gaveUp.store().keyValues().get(KEY))
        .isInstanceOf(IncarnationLostException.class);
    await(() -> serves(kept));
    assertThat(kept.store().keyValues().get(KEY).map(Entry::value))
        .isEqualTo(
            kept.equals(searching) ? Optional.of(Bytes.utf8("searching")) : Optional.empty());
  }

  /**
   * Hazelcast stops by itself when it could not join again those that it was cut off from; nobody
   * who uses the store has to start anything.
   */
  @Test
  void aMemberThatStoppedByItselfIsStartedAgain() throws Exception {
    List<Integer> ports = Ports.free(3);
    for (int port : ports) {
      Started unused = add(start(port, ports, Map.of()));
    }
    Started stopped = all.getLast();
    await(() -> all.stream().allMatch(HazelcastMemberTest::serves));
    put(stopped, "before");
    LeaseId lease = stopped.store().leases().grant(Duration.ofMinutes(5)).id();
    try (Watch watch = stopped.store().watches().open(WatchOptions.of(KeyRange.single(KEY)))) {
      UUID first = id(stopped);
      stopped.member().instance().getLifecycleService().terminate();
      put(all.getFirst(), "meanwhile");
      await(() -> all.stream().allMatch(each -> serves(each) && each.member().members() == 3));
      assertThat(id(stopped)).isNotEqualTo(first);
      put(stopped, "after");
      List<Change> seen = new ArrayList<>();
      while (seen.size() < 2) {
        seen.addAll(watch.poll(Duration.ofMinutes(1)).orElseThrow().changes());
      }
      assertThat(seen.stream().map(change -> change.entry().value().utf8()))
          .containsExactly("meanwhile", "after");
    }
    assertThat(stopped.store().leases().describe(lease)).isPresent();
    assertThat(all.stream().map(each -> each.store().status().incarnation()).distinct()).hasSize(1);
    await(() -> Objects.equals(measured(stopped).get("alarms"), 0L));
  }

  /**
   * A process that is frozen accepts connections all the same. Until it says a word nobody may
   * spin: the threads that write are shared with all other members, who would hear nothing.
   */
  @Test
  void aMuteMemberKeepsNobodyBusy() throws Exception {
    List<Integer> ports = Ports.free(2);
    Started one = add(start(ports.getFirst(), ports, Map.of("minimum-members", 1)));
    try (ServerSocket mute = new ServerSocket()) {
      mute.bind(new InetSocketAddress("127.0.0.1", ports.getLast()));
      mute.setSoTimeout(60_000);
      try (Socket connection = mute.accept()) {
        connection.setSoTimeout(60_000);
        assertThat(connection.getInputStream().readNBytes(3)).asString().isEqualTo("HZC");
        Duration before = writing(one);
        LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
        assertThat(before).isPositive();
        assertThat(writing(one).minus(before)).isLessThan(Duration.ofSeconds(1));
      }
    }
  }

  /** The time for which the threads of one that write to others have used a processor. */
  private static Duration writing(Started one) {
    String names = "hz." + one.member().instance().getName() + ".IO.thread-out";
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith(names))
        .map(thread -> Duration.ofNanos(threads.getThreadCpuTime(thread.getThreadId())))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** Rule H11: who was started again does not take itself for the one who began. */
  @Test
  void aMemberThatStoppedByItselfDoesNotCreateTheDataAnew() throws Exception {
    List<Integer> ports = Ports.free(1);
    Started alone = add(start(ports.getFirst(), ports, Map.of("minimum-members", 1)));
    put(alone, "v");
    UUID first = id(alone);
    alone.member().instance().getLifecycleService().terminate();
    await(() -> !id(alone).equals(first) && !id(alone).equals(new UUID(0, 0)));
    // The store goes on with the member a moment after that is there.
    await(() -> refusal(alone).contains("lost"));
    assertThat(HazelcastMemberConfig.map(alone.member().instance()).containsKey("plinth"))
        .isFalse();
  }

  /** Rule H11: it had the right to create the data when it stopped, and has it no more. */
  @Test
  void aMemberThatStoppedBeforeThereWasDataDoesNotCreateItLater() throws Exception {
    List<Integer> ports = Ports.free(2);
    Map<String, Object> hurried = Map.of("request-timeout", "2s");
    Started founder = add(start(ports.getFirst(), ports, hurried));
    UUID first = id(founder);
    founder.member().instance().getLifecycleService().terminate();
    await(() -> !id(founder).equals(first) && !id(founder).equals(new UUID(0, 0)));
    Started second = add(start(ports.getLast(), ports, hurried));
    await(() -> isSettled(founder, 2) && isSettled(second, 2));
    // Each waits in vain for as long as a call may.
    for (Started each : all) {
      assertThat(refusal(each)).isNotEmpty();
      assertThat(HazelcastMemberConfig.map(each.member().instance()).containsKey("plinth"))
          .isFalse();
    }
  }

  /** Why nothing is read; an answer, even that there is nothing, is a failure. */
  private static String refusal(Started started) {
    Throwable refused = catchThrowable(() -> started.store().keyValues().get(KEY));
    assertThat(refused).isInstanceOf(StoreException.class);
    return String.valueOf(refused.getMessage());
  }

  /** Hazelcast alone would wait for three seconds, and so would those whose data has no copy. */
  @Test
  void copiesMoveAgainSoonAfterOneCouldNot() throws Exception {
    List<Integer> ports = Ports.free(2);
    Map<String, Object> one = Map.of("minimum-members", 1);
    List<Runnable> retries = new CopyOnWriteArrayList<>();
    StoreRuntime holding = holdingRetries(retries);
    Started first =
        add(start(ports.getFirst(), ports, one, Hazelcast::newHazelcastInstance, holding));
    put(first, "v");
    InternalPartitionServiceImpl partitions =
        (InternalPartitionServiceImpl)
            ((HazelcastInstanceProxy) first.member().instance())
                .getOriginal()
                .node
                .getPartitionService();
    AtomicBoolean once = new AtomicBoolean(true);
    partitions.setMigrationInterceptor(
        new MigrationInterceptor() {
          @Override
          public void onMigrationStart(MigrationParticipant participant, MigrationInfo migration) {
            if (once.getAndSet(false)) {
              throw new IllegalStateException("the test lets one copy fail");
            }
          }
        });
    Started unused = add(start(ports.getLast(), ports, one));
    await(() -> !retries.isEmpty());
    // Already so, unless Hazelcast's own time is over on a machine that stands still.
    partitions.pauseMigration();
    retries.forEach(Runnable::run);
    assertThat(partitions.areMigrationTasksAllowed()).isTrue();
    await(() -> first.member().liveBackups() == 1);
  }

  /** All members are told, also one that is not yet anything. */
  @Test
  void copiesMayFailWhileAMemberStarts() throws Exception {
    List<Integer> ports = Ports.free(1);
    List<Runnable> retries = new CopyOnWriteArrayList<>();
    Function<Config, HazelcastInstance> starting =
        built -> {
          for (ListenerConfig listener : built.getListenerConfigs()) {
            if (listener.getImplementation() instanceof MigrationListener migrations) {
              migrations.replicaMigrationFailed(
                  new ReplicaMigrationEventImpl(
                      new MigrationStateImpl(0, 1, 1, 0), 0, 1, null, null, false, 0));
            }
          }
          retries.forEach(Runnable::run);
          return Hazelcast.newHazelcastInstance(built);
        };
    Map<String, Object> one = Map.of("minimum-members", 1);
    Started started = add(start(ports.getFirst(), ports, one, starting, holdingRetries(retries)));
    assertThat(retries).hasSize(1);
    put(started, "v");
  }

  private StoreRuntime holdingRetries(List<Runnable> retries) {
    return new ForwardingRuntime(runtime) {
      @Override
      public Scheduled schedule(Duration delay, Runnable task) {
        if (!delay.equals(MigrationRetries.FIRST)) {
          return super.schedule(delay, task);
        }
        retries.add(task);
        return () -> {};
      }
    };
  }

  @Test
  void membersThatAreConfiguredInAnotherWayAreRefused() throws Exception {
    List<Integer> ports = Ports.free(2);
    Started unused = add(start(ports.getFirst(), ports, Map.of("minimum-members", 1)));
    assertThatThrownBy(() -> start(ports.getLast(), ports, Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("minimum-members is 2 here and 1 at");
  }

  private static UUID id(Started started) {
    return started.member().instance().getLifecycleService().isRunning()
        ? started.member().instance().getCluster().getLocalMember().getUuid()
        : new UUID(0, 0);
  }

  private Started add(Started started) {
    all.add(started);
    return started;
  }

  private Started start(int port, List<Integer> members, Map<String, Object> more) {
    return start(port, members, more, Hazelcast::newHazelcastInstance);
  }

  private Started start(
      int port,
      List<Integer> members,
      Map<String, Object> more,
      Function<Config, HazelcastInstance> starting) {
    return start(port, members, more, starting, runtime);
  }

  private Started start(
      int port,
      List<Integer> members,
      Map<String, Object> more,
      Function<Config, HazelcastInstance> starting,
      StoreRuntime time) {
    Map<String, Object> settings =
        new HashMap<>(
            Map.of(
                "cluster-name",
                cluster,
                "port",
                port,
                "port-count",
                1,
                "members",
                members.stream().map(each -> "127.0.0.1:" + each).toList(),
                // A call may wait for another member, on a machine that is busy.
                "request-timeout",
                "10s"));
    settings.putAll(more);
    HazelcastConfig config = HazelcastConfig.parse(Settings.of(settings));
    HazelcastMember member = HazelcastMember.start(config, time, starting);
    return new Started(member, new HazelcastMemberStore(member, config, time));
  }

  private static void put(Started started, String value) {
    assertThat(started.store().keyValues().put(KEY, Bytes.utf8(value)).value()).isPositive();
  }

  private static String value(Started started) {
    return started.store().keyValues().get(KEY).orElseThrow().value().toString();
  }

  private static boolean serves(Started started) {
    try {
      return !started.store().status().incarnation().isEmpty();
    } catch (StoreException notYet) {
      return false;
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("nothing changed in time").isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}

package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.partition.MigrationListener;
import com.hazelcast.partition.MigrationState;
import com.hazelcast.partition.PartitionLostEvent;
import com.hazelcast.partition.PartitionLostListener;
import com.hazelcast.partition.ReplicaMigrationEvent;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as a member of a cluster, with the one map that holds the keyspace.
 *
 * <p>Thread-safe.
 */
final class HazelcastMember implements AutoCloseable {
  /*
   * Who may create the keyspace (H11): only the member that began the cluster, once, in its
   * lifetime; every other member joined a cluster and only ever finds what is there. Whether a
   * member began its cluster is asked when it creates, so one that merged into another cluster has
   * lost the right. The right is in that one process, outside the partition that it is about: when
   * all copies are lost, whoever is left has used the right or never had it, and when the founder
   * goes before it could create, nobody serves until all are started anew. That is the safe side
   * of the two: a keyspace that nobody can make empty again, at the price of a restart after a
   * crash in the moment between the start of the second member and the creation.
   *
   * Each attempt to create has an incarnation of its own, so an attempt whose outcome is not known
   * and which is repeated after the data was lost makes data that tells itself from the first.
   */

  /** The keyspace of the store. */
  static final String KEYSPACE = "plinth";

  private static final Logger LOG = LoggerFactory.getLogger(HazelcastMember.class);
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(100);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final HazelcastConfig config;
  private final StoreRuntime runtime;
  private final HazelcastReplicas replicas;
  private final HazelcastNode node;
  private final MigrationRetries retries;
  private final HazelcastRecovery recovery;
  private final int partition;
  private final Function<Config, HazelcastInstance> starting;
  private final List<Runnable> changed = new CopyOnWriteArrayList<>();
  private final List<Runnable> merged = new CopyOnWriteArrayList<>();
  private final AtomicInteger merges = new AtomicInteger();
  private final Set<Integer> lostPartitions = ConcurrentHashMap.newKeySet();

  /** When a copy of each partition last moved. */
  private final Map<Integer, Instant> migrations = new ConcurrentHashMap<>();

  /** Another one when Hazelcast had stopped by itself. */
  private volatile HazelcastInstance instance;

  /** Set when everything is there that an event needs; what was lost before is kept until then. */
  private volatile boolean listening;

  private volatile boolean mayCreate = true;
  private volatile boolean lost;
  private volatile boolean closed;

  private HazelcastMember(
      HazelcastConfig config, StoreRuntime runtime, Function<Config, HazelcastInstance> starting) {
    this.config = config;
    this.runtime = runtime;
    this.replicas = new HazelcastReplicas(config.backupCount(), config.minimumMembers());
    Acknowledgements acknowledgements =
        config.needsMajority() ? Acknowledgements.ofOneHistory() : Acknowledgements.ofMany();
    this.node = new HazelcastNode(runtime, config.ownerRules(), replicas, acknowledgements);
    this.recovery = new HazelcastRecovery(runtime, replicas, acknowledgements, this::instance);
    this.retries = new MigrationRetries(runtime, this::resumeMigrations);
    this.starting = starting;
    this.instance = starting.apply(described());
    this.partition = instance.getPartitionService().getPartition(KEYSPACE).getPartitionId();
  }

  private Config described() {
    Config built = HazelcastMemberConfig.build(config);
    node.attach(built);
    // Added to an instance that has joined, each would wait for an answer of every other member,
    // and for minutes if one of them dies just then.
    PartitionLostListener losses = this::notePartitionLost;
    built.addListenerConfig(new ListenerConfig(losses));
    built.addListenerConfig(new ListenerConfig(new Migrations()));
    return built;
  }

  /**
   * Starts a member and joins it to those that it finds. Blocks until it is one of them, for some
   * seconds at most as a rule.
   *
   * @throws IllegalStateException if it cannot be started, if Hazelcast is not the one that this
   *     store knows, or if the members are configured in different ways
   */
  static HazelcastMember start(HazelcastConfig config, StoreRuntime runtime) {
    return start(config, runtime, Hazelcast::newHazelcastInstance);
  }

  /** The same with an instance that is started in another way. */
  static HazelcastMember start(
      HazelcastConfig config, StoreRuntime runtime, Function<Config, HazelcastInstance> starting) {
    HazelcastModules.warnIfClosed(LOG);
    HazelcastMember member = new HazelcastMember(config, runtime, starting);
    try {
      member.refuseOthers();
      member.listen();
      member.createIfDue();
      return member;
    } catch (RuntimeException refused) {
      member.terminate();
      throw refused;
    }
  }

  private void refuseOthers() {
    HazelcastMemberConfig.refuseOtherMap(
        instance.getConfig().findMapConfig(HazelcastMemberConfig.MAP));
    replicas.checkSelf(instance, KEYSPACE);
    HazelcastMemberConfig.refuseOtherMembers(instance.getCluster());
  }

  /**
   * From now on, starts Hazelcast again when it has stopped by itself, and calls back then: {@link
   * #instance} is another one. Those of {@link #onMerge} were called before.
   */
  void keepRunning(Runnable restarted) {
    StoreRuntime.Scheduled unused = runtime.schedule(BETWEEN_LOOKS, () -> look(restarted));
  }

  private void look(Runnable restarted) {
    try {
      if (!closed && !instance.getLifecycleService().isRunning()) {
        startAgain(restarted);
      }
    } catch (HazelcastException | IllegalStateException notNow) {
      LOG.warn("this member could not be started again; the next attempt follows", notNow);
    } finally {
      if (!closed) {
        keepRunning(restarted);
      }
    }
  }

  /**
   * Hazelcast stops by itself when it cannot join those that it was cut off from, and tells nobody.
   * What this member held is gone then, as after a merge; the others have it.
   */
  private void startAgain(Runnable restarted) {
    LOG.warn("this member has stopped by itself, and is started again");
    listening = false;
    // Before there is another instance: only the first one of a process has the right (H11).
    mayCreate = false;
    instance.getLifecycleService().terminate();
    merged.forEach(Runnable::run);
    forgetLosses();
    instance = starting.apply(described());
    if (closed) {
      instance.getLifecycleService().terminate();
      return;
    }
    try {
      refuseOthers();
      listen();
    } catch (RuntimeException refused) {
      instance.getLifecycleService().terminate();
      throw refused;
    }
    LOG.warn("this member was started again, and is one of {}", members());
    restarted.run();
    changed();
    // It may have stopped while it joined others.
    recovery.bringBack();
  }

  private void listen() {
    UUID unusedMembers =
        instance
            .getCluster()
            .addMembershipListener(
                new MembershipListener() {
                  @Override
                  public void memberAdded(MembershipEvent event) {
                    changed();
                  }

                  @Override
                  public void memberRemoved(MembershipEvent event) {
                    changed();
                  }
                });
    UUID unusedStates = instance.getLifecycleService().addLifecycleListener(this::noteLifecycle);
    listening = true;
    noteLoss();
  }

  private void notePartitionLost(PartitionLostEvent event) {
    if (event.getLostBackupCount() >= config.backupCount()) {
      boolean unused = lostPartitions.add(event.getPartitionId());
      noteLoss();
    }
  }

  private void noteLoss() {
    if (listening && !lost && lostPartitions.contains(partition)) {
      lost = true;
      LOG.error(
          "all copies of the data are lost; nothing is served until every member is started anew");
      changed();
    }
  }

  private void resumeMigrations() {
    if (!listening) {
      // There is no instance yet, or none any more.
      return;
    }
    try {
      HazelcastReplicas.resumeMigrations(instance);
    } catch (HazelcastInstanceNotActiveException stopped) {
      // Whoever is the first member now moves the copies.
      LOG.debug("this member moves no copies any more", stopped);
    }
  }

  /** What was lost where this member was before is not what the others have. */
  private void forgetLosses() {
    lostPartitions.clear();
    lost = false;
  }

  private void noteLifecycle(LifecycleEvent event) {
    if (event.getState() == LifecycleEvent.LifecycleState.MERGING) {
      // It is still there: Hazelcast goes on when all have been told.
      recovery.keep();
      merged.forEach(Runnable::run);
    } else if (event.getState() == LifecycleEvent.LifecycleState.SHUTTING_DOWN && !closed) {
      // By itself, and it will be started again.
      recovery.keep();
    } else if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
      int unused = merges.incrementAndGet();
      LOG.warn("this member was cut off and joined the others again; its own data was given up");
      forgetLosses();
      merged.forEach(Runnable::run);
      changed();
      StoreRuntime.Scheduled unusedToo = runtime.schedule(Duration.ZERO, recovery::bringBack);
    }
  }

  private void changed() {
    if (!closed) {
      changed.forEach(Runnable::run);
    }
  }

  /** Creates the keyspace if that is this member's to do; tries again until it is done or not. */
  private void createIfDue() {
    HazelcastInstance here = instance;
    if (closed || lost || !mayCreate || !here.getLifecycleService().isRunning()) {
      return;
    }
    try {
      if (!replicas.hasFounded(here)) {
        return;
      }
      if (here.getCluster().getMembers().size() >= config.minimumMembers()) {
        // Data without a copy would be lost with the member that holds it.
        replicas.check(here, KEYSPACE);
        UUID incarnation = new UUID(runtime.random().nextLong(), runtime.random().nextLong());
        UUID there =
            HazelcastMemberConfig.map(here)
                .executeOnKey(KEYSPACE, new HazelcastCreation(incarnation));
        mayCreate = false;
        LOG.info("the keyspace {} is there, incarnation {}", KEYSPACE, there);
        return;
      }
    } catch (HazelcastException | IllegalStateException notNow) {
      // Too few answer, or this member is on its way out; the next attempt finds out.
      LOG.debug("the keyspace cannot be created yet", notNow);
    }
    StoreRuntime.Scheduled unused = runtime.schedule(BETWEEN_ATTEMPTS, this::createIfDue);
  }

  HazelcastInstance instance() {
    return instance;
  }

  /** Calls back, on a thread that must not be held up, when who holds what may have changed. */
  void onMembershipOrMigrationOrMerge(Runnable callback) {
    changed.add(callback);
  }

  /**
   * Calls back when this member is on the side that gives up its data: what was seen here before
   * need not have happened (H12). It is called before the others can be asked, so that nobody takes
   * their answers for a continuation, and again when this member has joined them, for what was
   * still told of the old data meanwhile.
   */
  void onMerge(Runnable callback) {
    merged.add(callback);
  }

  /** How often this member gave up its data for that of others. */
  int merges() {
    return merges.get();
  }

  /** Whether enough members are there to serve. */
  boolean hasMinimum() {
    return instance.getLifecycleService().isRunning()
        && instance.getCluster().getMembers().size() >= config.minimumMembers();
  }

  /** How many members this one sees, itself too. */
  int members() {
    return instance.getCluster().getMembers().size();
  }

  /** Whether this member owns the keyspace, as it sees it. */
  boolean isOwner() {
    return replicas.isOwner(instance, KEYSPACE);
  }

  /** What this member holds of the keyspace, as owner or as backup; nothing if it holds none. */
  Optional<HazelcastState> copy() {
    return replicas.copy(instance, KEYSPACE);
  }

  /** How many members beside the owner hold a copy and live. */
  int liveBackups() {
    return replicas.liveBackups(instance, KEYSPACE);
  }

  /** Whether the member is there that began the cluster: no other one creates the keyspace. */
  boolean hasFounder() {
    return replicas.hasFounder(instance);
  }

  /** When a copy of the keyspace last moved, if it has since this member started. */
  Optional<Instant> lastMigration() {
    return Optional.ofNullable(migrations.get(partition));
  }

  /** What an operator must look at. */
  List<String> alarms() {
    List<String> alarms = new ArrayList<>();
    if (!instance.getLifecycleService().isRunning()) {
      return List.of("this member does not run");
    }
    int there = instance.getCluster().getMembers().size();
    if (lost && copy().isEmpty()) {
      alarms.add("all copies of the data are lost");
    }
    if (there < config.minimumMembers()) {
      alarms.add(there + " member(s), and minimum-members is " + config.minimumMembers());
    } else if (there != config.clusterSize()) {
      // With more, each of two sides could have the minimum.
      alarms.add(there + " member(s), and cluster-size is " + config.clusterSize());
    }
    int wanted = Math.min(config.backupCount(), there - 1);
    int live = liveBackups();
    if (live < wanted) {
      alarms.add(live + " of " + wanted + " backups are at members that live");
    }
    return alarms;
  }

  /** Leaves the cluster after its copies were handed over; blocks for the shutdown time-out. */
  @Override
  public void close() {
    closed = true;
    recovery.close();
    instance.shutdown();
  }

  /** Ends at once, as in a crash. */
  void terminate() {
    closed = true;
    recovery.close();
    instance.getLifecycleService().terminate();
  }

  /** Who is there, for logs. */
  @Override
  public String toString() {
    Member local = instance.getCluster().getLocalMember();
    return "member " + local.getAddress();
  }

  private final class Migrations implements MigrationListener {
    @Override
    public void migrationStarted(MigrationState state) {}

    @Override
    public void migrationFinished(MigrationState state) {
      changed();
    }

    @Override
    public void replicaMigrationCompleted(ReplicaMigrationEvent event) {
      note(event);
    }

    @Override
    public void replicaMigrationFailed(ReplicaMigrationEvent event) {
      note(event);
      retries.failed();
    }

    private void note(ReplicaMigrationEvent event) {
      // Copies may come while the member starts, when it does not know yet which are of interest.
      migrations.put(event.getPartitionId(), runtime.now());
      if (listening && event.getPartitionId() == partition) {
        changed();
      }
    }
  }
}

package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Store;
import dev.plinth.tck.Cluster;
import dev.plinth.tck.EveryContract;
import dev.plinth.tck.Link;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The contract, on three members; its methods wait side by side. Those that disturb members or
 * their network wait for one another, and have that much more time.
 */
@Timeout(value = 360, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
final class HazelcastClusterTest implements EveryContract {
  private static final int MEMBERS = 3;
  private static final String SHARED = "shared";

  @SuppressWarnings("NullAway.Init")
  private static TestCluster cluster;

  private static @Nullable MemberCluster network;

  /** Whoever disturbs the network disturbs it alone. */
  private static final Semaphore undisturbed = new Semaphore(1);

  private static final AtomicInteger turn = new AtomicInteger();
  private static final Semaphore clusters = new Semaphore(1);

  @BeforeAll
  static void start() {
    cluster = TestCluster.start(MEMBERS, TestMember.RULES);
    member().create(SHARED);
  }

  @AfterAll
  static void stop() {
    cluster.close();
    if (network != null) {
      network.close();
    }
  }

  /** Members whose network may be disturbed, started when the first test needs them. */
  private static synchronized MemberCluster network() {
    MemberCluster there = network;
    if (there == null) {
      there = new MemberCluster(Map.of("request-timeout", "3s"));
      network = there;
    }
    return there;
  }

  private static TestMember member() {
    return cluster.members().get(Math.floorMod(turn.getAndIncrement(), MEMBERS));
  }

  @Override
  public String storeName() {
    return "hazelcast, three members";
  }

  @Override
  public String providerName() {
    return "hazelcast";
  }

  @Override
  public Store open() {
    return member().open(SHARED);
  }

  @Override
  public Store openEmpty() {
    String keyspace = UUID.randomUUID().toString();
    TestMember member = member();
    member.create(keyspace);
    return member.open(keyspace);
  }

  @Override
  public Optional<Store> openAnother(Store store) {
    return Optional.of(store instanceof LivingStore ? network().another() : member().open(SHARED));
  }

  /** Those behind a {@link Link} end sooner; a busy machine notices that later. */
  @Override
  public Duration requestTimeout() {
    return Duration.ofSeconds(5);
  }

  @Override
  public Optional<Link> openLink() {
    undisturbed.acquireUninterruptibly();
    return Optional.of(new MemberLink(network(), undisturbed::release));
  }

  @Override
  public Optional<Cluster> startCluster() {
    // One at a time: four members each are much for a small machine.
    clusters.acquireUninterruptibly();
    try {
      TestCluster started = TestCluster.start(MEMBERS, TestMember.RULES);
      started.onClose(clusters::release);
      return Optional.of(started);
    } catch (RuntimeException | Error failure) {
      clusters.release();
      throw failure;
    }
  }
}

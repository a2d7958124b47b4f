package dev.plinth.service.centro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Read;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two servers that are stopped and started at random, fifty agents of which some die with a job in
 * their hands, five thousand jobs: each is completed exactly once by an accepted attempt, by the
 * record and by the agents' own log.
 */
final class CentroWorkloadTest {
  private static final Logger LOG = LoggerFactory.getLogger(CentroWorkloadTest.class);
  private static final int SERVERS = 2;
  private static final int AGENTS = 50;
  private static final int JOBS = 5000;
  private static final int RESTARTS = 10;
  private static final int SUBMITTERS = 4;
  private static final Map<String, Object> SETTINGS =
      Map.of(
          "http-port", 0,
          "grpc-port", 0,
          "node-ttl", "2s",
          "node-grace", "500ms",
          "reservation", "1s",
          "election-ttl", "2s");

  /** One start of a server. */
  private record Running(ServiceFixture server, ManagedChannel channel) {}

  private final long seed = Long.getLong("plinth.seed", System.nanoTime());
  private final AtomicReferenceArray<Running> servers = new AtomicReferenceArray<>(SERVERS);
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicInteger deaths = new AtomicInteger();
  private final AtomicInteger refusedLate = new AtomicInteger();

  /** The agents' own log: by job, the nodes whose report of completion was accepted. */
  private final Map<String, List<String>> accepted = new ConcurrentHashMap<>();

  /** By job, the nodes whose claim was accepted. */
  private final Map<String, List<String>> claimed = new ConcurrentHashMap<>();

  @Test
  @Timeout(value = 900, unit = TimeUnit.SECONDS)
  void everyJobIsCompletedExactlyOnceByAnAcceptedAttempt() throws InterruptedException {
    LOG.atInfo().addKeyValue("seed", seed).log("Workload, repeat with -Dplinth.seed");
    long begun = System.nanoTime();
    try (StoreRuntime runtime = StoreRuntime.system();
        Store store = Stores.open(runtime)) {
      for (int i = 0; i < SERVERS; i++) {
        start(i, store);
      }
      Set<String> submitted = submitAll(runtime);
      Duration submitting = Duration.ofNanos(System.nanoTime() - begun);
      List<Thread> agents = new ArrayList<>();
      List<Thread> zombies = new CopyOnWriteArrayList<>();
      for (int i = 0; i < AGENTS; i++) {
        String name = "agent-" + i;
        Random random = new Random(seed + i);
        agents.add(runtime.start(name, () -> work(name, random, runtime, zombies)));
      }
      Random chaos = new Random(seed);
      int restarts = 0;
      int total = 0;
      while (finished(store) < JOBS) {
        if (over.await(100 + chaos.nextInt(900), TimeUnit.MILLISECONDS)) {
          break;
        }
        if (total < RESTARTS) {
          total++;
          restarts += restartSome(chaos, store);
        }
      }
      over.countDown();
      for (Thread thread : agents) {
        thread.join();
      }
      for (Thread thread : zombies) {
        thread.join();
      }
      check(store, submitted);
      checkStats(restarts);
      for (int i = 0; i < SERVERS; i++) {
        servers.get(i).server().close();
      }
      LOG.atInfo()
          .addKeyValue("jobs", JOBS)
          .addKeyValue("restarts", restarts)
          .addKeyValue("deaths", deaths)
          .addKeyValue("refusedLate", refusedLate)
          .addKeyValue("submitting", submitting)
          .addKeyValue("took", Duration.ofNanos(System.nanoTime() - begun))
          .log("Workload is done");
    }
  }

  private void start(int index, Store store) {
    ServiceFixture server = ServiceFixture.start(new CentroService(), store, SETTINGS);
    servers.set(index, new Running(server, server.channel()));
  }

  /** Restarts one server, or now and then both. */
  private int restartSome(Random chaos, Store store) throws InterruptedException {
    int first = chaos.nextInt(SERVERS);
    boolean isBoth = chaos.nextInt(5) == 0;
    int restarted = 0;
    for (int i = 0; i < SERVERS; i++) {
      if (i == first || isBoth) {
        servers.get(i).server().close();
        restarted++;
      }
    }
    assertThat(over.await(chaos.nextInt(300), TimeUnit.MILLISECONDS)).isFalse();
    for (int i = 0; i < SERVERS; i++) {
      if (i == first || isBoth) {
        start(i, store);
      }
    }
    return restarted;
  }

  private Set<String> submitAll(StoreRuntime runtime) throws InterruptedException {
    Set<String> submitted = ConcurrentHashMap.newKeySet();
    List<Thread> submitters = new ArrayList<>();
    for (int i = 0; i < SUBMITTERS; i++) {
      int part = i;
      JsonClient http = servers.get(i % SERVERS).server().http();
      submitters.add(
          runtime.start(
              "submitter-" + i,
              () -> {
                for (int n = part; n < JOBS; n += SUBMITTERS) {
                  submitted.add(
                      CentroFixture.submit(http, "job-" + n, "\"priority\":" + n % 101 + ","));
                }
              }));
    }
    for (Thread submitter : submitters) {
      submitter.join();
    }
    assertThat(submitted).hasSize(JOBS);
    return submitted;
  }

  private void work(String agent, Random random, StoreRuntime runtime, List<Thread> zombies) {
    try {
      for (int life = 0; over.getCount() > 0; life++) {
        live(agent + "." + life, random, runtime, zombies);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** One life of an agent; when it returns before the end, the agent died without a word. */
  private void live(String node, Random random, StoreRuntime runtime, List<Thread> zombies)
      throws InterruptedException {
    long beaten = 0;
    while (over.getCount() > 0) {
      if (beaten == 0 || System.nanoTime() - beaten > Duration.ofMillis(500).toNanos()) {
        beaten = System.nanoTime();
        call(node, random, TalkClient::heartbeat);
      }
      Optional<TalkClient.Offer> offer = call(node, random, TalkClient::getJob);
      if (offer.isEmpty() || !offer.get().hasJob()) {
        if (offer.isPresent() && offer.get().message().contains("heartbeat")) {
          beaten = 0;
        }
        over.await(10, TimeUnit.MILLISECONDS);
        continue;
      }
      String job = offer.get().jobId();
      int fate = random.nextInt(1000);
      if (fate < 4) {
        deaths.incrementAndGet();
        return; // between GetJob and ClaimJob
      }
      if (!isOk(node, random, client -> client.claim(job))) {
        continue;
      }
      log(claimed, job, node);
      isOk(node, random, client -> client.update(job, "running"));
      if (fate < 8) {
        deaths.incrementAndGet();
        int late = random.nextInt(6000);
        Random own = new Random(random.nextLong());
        zombies.add(runtime.start("late-" + node, () -> reportLate(node, job, late, own)));
        return; // while the job runs; its report comes later
      }
      complete(node, job, random);
    }
  }

  private void reportLate(String node, String job, int millis, Random random) {
    try {
      over.await(millis, TimeUnit.MILLISECONDS);
      if (!complete(node, job, random)) {
        refusedLate.incrementAndGet();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean complete(String node, String job, Random random) throws InterruptedException {
    boolean isAccepted = isOk(node, random, client -> client.update(job, "completed"));
    if (isAccepted) {
      log(accepted, job, node);
    }
    return isAccepted;
  }

  private boolean isOk(String node, Random random, Function<TalkClient, TalkClient.Answer> call)
      throws InterruptedException {
    return call(node, random, call).filter(TalkClient.Answer::ok).isPresent();
  }

  /** Calls any server until one answers; nothing if none does for long. */
  private <T> Optional<T> call(String node, Random random, Function<TalkClient, T> call)
      throws InterruptedException {
    for (int i = 0; i < 500; i++) {
      Running server = servers.get(random.nextInt(SERVERS));
      try {
        return Optional.of(call.apply(new TalkClient(server.channel(), node)));
      } catch (StatusRuntimeException down) {
        over.await(20, TimeUnit.MILLISECONDS);
      }
    }
    return Optional.empty();
  }

  private static void log(Map<String, List<String>> log, String job, String node) {
    log.computeIfAbsent(job, unseen -> new CopyOnWriteArrayList<>()).add(node);
  }

  private static long finished(Store store) {
    return store
        .keyValues()
        .read(Read.of(KeyRange.prefix(Key.utf8("/centro/jobs/history/"))).countOnly())
        .count();
  }

  private void check(Store store, Set<String> submitted) {
    JsonMapper mapper = new JsonMapper();
    Map<String, JsonNode> record = new HashMap<>();
    for (Entry entry :
        store.keyValues().list(KeyRange.prefix(Key.utf8("/centro/jobs/"))).entries()) {
      String key = entry.key().utf8();
      assertThat(key).startsWith("/centro/jobs/history/");
      record.put(
          key.substring("/centro/jobs/history/".length()),
          mapper.readTree(entry.value().toArray()));
    }
    assertThat(record.keySet()).isEqualTo(submitted);
    record.forEach((job, document) -> {
      assertThat(document.path("status").stringValue()).as(job).isEqualTo("completed");
      String node = document.path("node_id").stringValue();
      assertThat(accepted.get(job))
          .as("nodes whose completion of " + job + " was accepted, by their own log")
          .containsExactly(node);
      List<Integer> numbers = new ArrayList<>();
      Set<String> holders = new HashSet<>();
      for (JsonNode attempt : document.path("attempts")) {
        numbers.add(attempt.path("number").intValue());
        holders.add(attempt.path("node_id").stringValue());
      }
      assertThat(numbers).as("attempts of " + job).doesNotHaveDuplicates().isSorted();
      assertThat(numbers.getLast()).isEqualTo(document.path("attempt").intValue());
      assertThat(claimed.get(job)).as("claims of " + job).isSubsetOf(holders);
    });
  }

  private void checkStats(int restarts) {
    JsonNode stats = servers.get(0).server().http().get("/api/v1/stats").json();
    assertThat(stats.path("jobs").path("completed").longValue()).isEqualTo(JOBS);
    assertThat(stats.path("jobs").path("finished").longValue()).isEqualTo(JOBS);
    assertThat(restarts).as("restarts while there was work").isGreaterThan(3);
    assertThat(deaths.get()).as("deaths").isPositive();
  }
}

package dev.plinth.service.ztap;

import dev.plinth.service.ztap.cluster.Cluster;
import dev.plinth.service.ztap.cluster.ClusterDocument;
import dev.plinth.service.ztap.cluster.ClusterEvent;
import dev.plinth.service.ztap.cluster.ClusterNode;
import dev.plinth.service.ztap.cluster.ClusterStatus;
import dev.plinth.service.ztap.cluster.ClusterText;
import dev.plinth.service.ztap.cluster.ClusterTiming;
import dev.plinth.service.ztap.cluster.LeaderRecord;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Three nodes of a cluster in one process: who leads, what happens when the leader crashes, and
 * what happens when it stops.
 *
 * <p>One thread at a time. Takes real time: a crash is noticed when a session's time to live is
 * over.
 */
public final class ZtapDemo {
  static final ClusterTiming TIMING = ClusterTiming.LOW_LATENCY;

  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Map<String, ClusterNode> nodes;
  private final StoreRuntime runtime;
  private final Consumer<String> out;

  ZtapDemo(Map<String, ClusterNode> nodes, StoreRuntime runtime, Consumer<String> out) {
    this.nodes = new LinkedHashMap<>(nodes);
    this.runtime = runtime;
    this.out = out;
  }

  /**
   * Runs it, and stops every node it started.
   *
   * @return whether leadership moved within the computed bounds
   * @throws InterruptedException if interrupted while waiting
   */
  public boolean run() throws InterruptedException {
    Thread caller = Thread.currentThread();
    StoreRuntime.Scheduled limit = runtime.schedule(LIMIT, caller::interrupt);
    try {
      out.accept(
          "Three nodes on one store. Session %s, heartbeat %s, so a crash costs at most %s."
              .formatted(
                  seconds(TIMING.sessionTtl()),
                  seconds(TIMING.heartbeatInterval()),
                  seconds(TIMING.worstCaseFailover())));
      for (ClusterNode node : nodes.values()) {
        node.start();
      }
      String first = awaitLeader(id -> true);
      show();
      return crash(first) && stop(awaitLeader(id -> true));
    } finally {
      limit.cancel();
      nodes.values().forEach(ClusterNode::stop);
    }
  }

  private boolean crash(String leader) throws InterruptedException {
    out.accept("");
    out.accept("Now " + leader + " crashes: it stops without a word.");
    Instant crashedAt = runtime.now();
    long crashed = runtime.nanoTime();
    take(leader).orphan();
    String next = awaitLeader(id -> !id.equals(leader));
    Duration took = Duration.ofNanos(runtime.nanoTime() - crashed);
    for (Map.Entry<String, ClusterNode> node : nodes.entrySet()) {
      awaitGone(leader, node.getValue().cluster());
      tell(node.getKey(), node.getValue().cluster(), crashedAt);
    }
    out.accept(
        "%s leads %s after the crash; at most %s was promised."
            .formatted(next, seconds(took), seconds(TIMING.worstCaseFailover())));
    show();
    return took.compareTo(TIMING.worstCaseFailover()) <= 0;
  }

  private boolean stop(String leader) throws InterruptedException {
    out.accept("");
    out.accept("Now " + leader + " stops as it should: it resigns first.");
    long stopped = runtime.nanoTime();
    take(leader).stop();
    String next = awaitLeader(id -> !id.equals(leader));
    Duration took = Duration.ofNanos(runtime.nanoTime() - stopped);
    out.accept("%s leads %s after that.".formatted(next, seconds(took)));
    return took.compareTo(Duration.ofSeconds(1)) < 0;
  }

  private ClusterNode take(String id) {
    ClusterNode node = nodes.remove(id);
    if (node == null) {
      throw new IllegalStateException("no node of this demonstration is called " + id);
    }
    return node;
  }

  /** Waits until every node sees one expected leader; returns its id. */
  private String awaitLeader(Predicate<String> expected) throws InterruptedException {
    LeaderRecord agreed = new LeaderRecord("", "", "", 0, Instant.EPOCH);
    boolean all = false;
    while (!all) {
      all = true;
      for (ClusterNode node : nodes.values()) {
        long term = agreed.term();
        LeaderRecord seen =
            node.cluster()
                .awaitLeader(leader -> leader.term() >= term && expected.test(leader.id()));
        all &= seen.term() == term;
        agreed = seen;
      }
    }
    return agreed.id();
  }

  private static void awaitGone(String id, Cluster cluster) throws InterruptedException {
    long seen = cluster.version();
    while (cluster.events().stream()
        .noneMatch(e -> e.type() == ClusterEvent.Type.NODE_LEFT && e.node().equals(id))) {
      seen = cluster.awaitChange(seen);
    }
  }

  private void show() {
    ClusterStatus status = nodes.values().iterator().next().cluster().status();
    out.accept("");
    ClusterText.status(ClusterDocument.status(status)).lines().forEach(out);
  }

  private void tell(String id, Cluster cluster, Instant since) {
    for (ClusterEvent event : cluster.events()) {
      if (!event.at().isBefore(since)) {
        out.accept(
            "  %s saw after %s: %s %s (%s)"
                .formatted(
                    id,
                    seconds(Duration.between(since, event.at())),
                    event.type().word(),
                    event.node(),
                    event.detail()));
      }
    }
  }

  private static String seconds(Duration duration) {
    return "%.3f s".formatted(duration.toNanos() / 1e9);
  }
}

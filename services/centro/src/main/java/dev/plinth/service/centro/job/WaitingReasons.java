package dev.plinth.service.centro.job;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Why jobs were passed over when nodes asked this server for work.
 *
 * <p>Thread-safe; one lock. Each node's last request counts. Nodes and shapes beyond a bound are
 * forgotten, those longest ago first.
 */
public final class WaitingReasons {
  private static final int MOST_NODES = 10_000;
  private static final int MOST_REASONS = 1000;

  private record PassedOver(Map<Shape, String> shapes, Map<JobId, Integer> owed) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<NodeId, PassedOver> byNode = new LinkedHashMap<>();

  @Inject
  WaitingReasons() {}

  /**
   * Remembers why a node did not get what waits.
   *
   * @param node which asked
   * @param shapes what each shape of job lacks there
   * @param owed jobs that were taken back from it, and which attempt
   */
  public void note(NodeId node, Map<Shape, String> shapes, Map<JobId, Integer> owed) {
    Map<Shape, String> kept = new LinkedHashMap<>();
    shapes.entrySet().stream()
        .limit(MOST_REASONS)
        .forEach(entry -> kept.put(entry.getKey(), entry.getValue()));
    lock.lock();
    try {
      byNode.remove(node);
      byNode.put(node, new PassedOver(kept, Map.copyOf(owed)));
      if (byNode.size() > MOST_NODES) {
        byNode.pollFirstEntry();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Says why a job waits.
   *
   * @param job which
   * @return for each node that passed it over why, as far as this server was asked
   */
  public SortedMap<NodeId, String> of(Job job) {
    Shape shape = Shape.of(job.spec());
    SortedMap<NodeId, String> reasons = new TreeMap<>();
    lock.lock();
    try {
      byNode.forEach((node, passed) -> {
        Integer attempt = passed.owed().get(job.id());
        Optional<String> reason =
            attempt == null
                ? Optional.ofNullable(passed.shapes().get(shape))
                : Optional.of("may still answer for attempt " + attempt);
        reason.ifPresent(text -> reasons.put(node, text));
      });
    } finally {
      lock.unlock();
    }
    return reasons;
  }
}

package dev.plinth.service.labmgr.control;

import dev.plinth.chassis.time.Backoff;
import dev.plinth.service.labmgr.control.Reconciler.Outcome;
import dev.plinth.service.labmgr.resource.ResourceFeed;
import dev.plinth.service.labmgr.resource.ResourceKind;
import dev.plinth.service.labmgr.resource.ResourceName;
import dev.plinth.spi.Condition;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One term of a controller: looks at every resource of a kind, again when it changes, again when
 * asked to, and later and later while it fails.
 *
 * <p>Thread-safe.
 */
final class ControllerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerLoop.class);

  private final ResourceKind kind;
  private final Reconciler reconciler;
  private final int workerCount;
  private final Backoff backoff;
  private final StoreRuntime runtime;
  private final ControllerMetrics metrics;
  private final ControllerMetrics.Standing standing;
  private final WorkQueue<ResourceName> queue = new WorkQueue<>();
  private final Map<ResourceName, StoreRuntime.Scheduled> delayed = new ConcurrentHashMap<>();
  private final Map<ResourceName, Integer> failures = new ConcurrentHashMap<>();
  private final List<Condition> guards;

  ControllerLoop(
      Reconciler reconciler,
      int workerCount,
      Backoff backoff,
      StoreRuntime runtime,
      ControllerMetrics metrics,
      ControllerMetrics.Standing standing,
      List<Condition> guards) {
    this.kind = reconciler.kind();
    this.reconciler = reconciler;
    this.workerCount = workerCount;
    this.backoff = backoff;
    this.runtime = runtime;
    this.metrics = metrics;
    this.standing = standing;
    this.guards = List.copyOf(guards);
  }

  /** Something that ends when the term does. */
  interface Term {
    /** Waits for the end of the term. */
    void awaitEnd() throws InterruptedException;
  }

  /**
   * Works until the term ends or the thread is interrupted; then no look is going on any more.
   *
   * @param feed says what changed
   * @param term how long this instance leads
   * @throws InterruptedException if interrupted
   */
  void run(ResourceFeed feed, Term term) throws InterruptedException {
    List<Thread> workers = new ArrayList<>();
    try (ResourceFeed.Following following = feed.follow(kind, this::add)) {
      for (int i = 0; i < workerCount; i++) {
        workers.add(runtime.start("labmgr-" + kind.plural() + "-" + i, this::work));
      }
      term.awaitEnd();
    } finally {
      queue.close();
      delayed.values().forEach(StoreRuntime.Scheduled::cancel);
      workers.forEach(Thread::interrupt);
      standing.depth().set(0);
      joinAll(workers);
    }
  }

  /** Two terms must never overlap, so this wait does not end early. */
  private static void joinAll(List<Thread> workers) {
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException hurried) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void add(ResourceName name) {
    queue.add(name);
    standing.depth().set(queue.depth());
  }

  private void work() {
    try {
      while (true) {
        Optional<ResourceName> next = queue.take();
        if (next.isEmpty()) {
          return;
        }
        standing.depth().set(queue.depth());
        try {
          look(next.get());
        } finally {
          queue.done(next.get());
        }
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(ResourceName name) {
    long start = runtime.nanoTime();
    Outcome outcome = outcomeOf(name);
    metrics.reconciled(kind.name(), labelOf(outcome), runtime.nanoTime() - start);
    if (!(outcome instanceof Outcome.Failed)) {
      failures.remove(name);
    }
    switch (outcome) {
      case Outcome.Settled settled -> cancelDelayed(name);
      case Outcome.Again again -> add(name);
      case Outcome.Later later -> addLater(name, later.delay());
      case Outcome.Failed failed -> {
        int count = failures.merge(name, 1, Integer::sum);
        Duration delay = backoff.after(count, runtime.random());
        standing.retries().increment();
        LOG.atDebug()
            .addKeyValue("kind", kind.name())
            .addKeyValue("name", name)
            .addKeyValue("reason", failed.reason())
            .addKeyValue("delay", delay)
            .log("A resource is looked at again after a failure");
        addLater(name, delay);
      }
    }
  }

  private Outcome outcomeOf(ResourceName name) {
    try {
      return reconciler.reconcile(name, guards);
    } catch (StoreException unavailable) {
      return new Outcome.Failed(String.valueOf(unavailable.getMessage()));
    } catch (RuntimeException broken) { // a defect met by one resource must not stop the others
      LOG.atError()
          .setCause(broken)
          .addKeyValue("kind", kind.name())
          .addKeyValue("name", name)
          .log("A resource could not be looked at");
      return new Outcome.Failed(String.valueOf(broken.getMessage()));
    }
  }

  private static String labelOf(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Settled settled -> "settled";
      case Outcome.Again again -> "again";
      case Outcome.Later later -> "later";
      case Outcome.Failed failed -> "failed";
    };
  }

  private void cancelDelayed(ResourceName name) {
    StoreRuntime.Scheduled before = delayed.remove(name);
    if (before != null) {
      before.cancel();
    }
  }

  private void addLater(ResourceName name, Duration delay) {
    StoreRuntime.Scheduled next = runtime.schedule(delay, () -> add(name));
    StoreRuntime.Scheduled before = delayed.put(name, next);
    if (before != null) {
      before.cancel();
    }
  }
}

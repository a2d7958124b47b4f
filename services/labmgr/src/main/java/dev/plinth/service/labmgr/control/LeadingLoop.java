package dev.plinth.service.labmgr.control;

import dev.plinth.chassis.leadership.LeaderLoop;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.time.Backoff;
import dev.plinth.service.labmgr.resource.ResourceFeed;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Store;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Leadership;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;

/**
 * Stands for election for every controller, and runs it while this instance leads it.
 *
 * <p>Thread-safe.
 */
final class LeadingLoop implements Managed {
  private final Store store;
  private final ResourceFeed feed;
  private final ControllerTerms terms;
  private final ControllerMetrics metrics;
  private final Backoff backoff;
  private final List<LeaderLoop> elections;

  @Inject
  LeadingLoop(
      Store store,
      ResourceFeed feed,
      ControllerTerms terms,
      ControllerMetrics metrics,
      Set<Reconciler> reconcilers) {
    this.store = store;
    this.feed = feed;
    this.terms = terms;
    this.metrics = metrics;
    this.backoff = new Backoff(terms.firstRetry(), terms.longestRetry());
    this.elections = reconcilers.stream().map(this::election).toList();
  }

  private LeaderLoop election(Reconciler reconciler) {
    ControllerMetrics.Standing standing = metrics.of(reconciler.kind().name());
    return LeaderLoop.of(
        store,
        new ElectionName(terms.root().key("controllers", reconciler.kind().plural())),
        Bytes.EMPTY,
        terms.leaderTtl(),
        backoff,
        leadership -> lead(reconciler, leadership, standing));
  }

  private void lead(
      Reconciler reconciler, Leadership leadership, ControllerMetrics.Standing standing)
      throws InterruptedException {
    new ControllerLoop(
            reconciler,
            terms.workers(),
            backoff,
            store.runtime(),
            metrics,
            standing,
            List.of(leadership.stillHeld()))
        .run(feed, leadership::awaitLoss);
  }

  @Override
  public void start() {
    elections.forEach(LeaderLoop::start);
  }

  @Override
  public void stop() {
    elections.forEach(LeaderLoop::stop);
  }
}

package dev.plinth.service.labmgr.control;

import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.time.Backoff;
import dev.plinth.chassis.time.Pause;
import dev.plinth.service.labmgr.resource.ResourceFeed;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Campaigns for every controller, and runs it while this instance leads it.
 *
 * <p>Thread-safe.
 */
final class LeadingLoop implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(LeadingLoop.class);

  private final Store store;
  private final StoreRuntime runtime;
  private final Pause pause;
  private final ResourceFeed feed;
  private final ControllerTerms terms;
  private final ControllerMetrics metrics;
  private final Set<Reconciler> reconcilers;
  private final Backoff backoff;
  private final List<Thread> threads = new ArrayList<>();

  @Inject
  LeadingLoop(
      Store store,
      StoreRuntime runtime,
      Pause pause,
      ResourceFeed feed,
      ControllerTerms terms,
      ControllerMetrics metrics,
      Set<Reconciler> reconcilers) {
    this.store = store;
    this.runtime = runtime;
    this.pause = pause;
    this.feed = feed;
    this.terms = terms;
    this.metrics = metrics;
    this.reconcilers = reconcilers;
    this.backoff = new Backoff(terms.firstRetry(), terms.longestRetry());
  }

  @Override
  public void start() {
    for (Reconciler reconciler : reconcilers) {
      String plural = reconciler.kind().plural();
      AtomicInteger depth = metrics.depth(reconciler.kind().name());
      threads.add(runtime.start("labmgr-" + plural, () -> campaign(reconciler, depth)));
    }
  }

  @Override
  public void stop() {
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void campaign(Reconciler reconciler, AtomicInteger depth) {
    String plural = reconciler.kind().plural();
    ElectionName election = new ElectionName(terms.root().key("controllers", plural));
    int failures = 0;
    try {
      while (true) {
        try (Session session = Session.open(store, terms.leaderTtl(), SessionPolicy.END);
            Leadership leadership =
                Elections.over(store).campaign(election, session, Bytes.EMPTY)) {
          failures = 0;
          LOG.atInfo()
              .addKeyValue("controller", plural)
              .addKeyValue("term", leadership.token())
              .log("This instance controls");
          lead(reconciler, leadership, depth);
          LOG.atInfo().addKeyValue("controller", plural).log("This instance no longer controls");
        } catch (HandleClosedException closed) {
          return;
        } catch (StoreException failed) {
          LOG.atWarn()
              .addKeyValue("controller", plural)
              .addKeyValue("reason", failed.getMessage())
              .log("This instance cannot campaign now and will try again");
        }
        failures++;
        pause.of(backoff.after(failures, runtime.random()));
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void lead(Reconciler reconciler, Leadership leadership, AtomicInteger depth)
      throws InterruptedException {
    new ControllerLoop(
            reconciler,
            terms.workers(),
            backoff,
            runtime,
            metrics,
            depth,
            List.of(leadership.stillHeld()))
        .run(feed, leadership::awaitLoss);
  }
}

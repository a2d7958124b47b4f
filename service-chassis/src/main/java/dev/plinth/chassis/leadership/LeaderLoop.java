package dev.plinth.chassis.leadership;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.time.Backoff;
import dev.plinth.chassis.time.Pause;
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
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task while this process leads an election, and stands again after each loss.
 *
 * <p>Thread-safe. Each term has a session of its own, so it ends with its lease (G46), and its task
 * has ended before this process stands again.
 */
public final class LeaderLoop implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderLoop.class);

  private final Store store;
  private final StoreRuntime runtime;
  private final ElectionName election;
  private final Bytes proposal;
  private final Duration ttl;
  private final Backoff backoff;
  private final LeaderTask task;
  private final CountDownLatch ended = new CountDownLatch(1);

  private volatile Optional<Thread> runner = Optional.empty();
  private volatile Optional<Leadership> leading = Optional.empty();

  private LeaderLoop(
      Store store,
      ElectionName election,
      Bytes proposal,
      Duration ttl,
      Backoff backoff,
      LeaderTask task) {
    this.store = requireNonNull(store, "store");
    this.runtime = store.runtime();
    this.election = requireNonNull(election, "election");
    this.proposal = requireNonNull(proposal, "proposal");
    this.ttl = requireNonNull(ttl, "ttl");
    this.backoff = requireNonNull(backoff, "backoff");
    this.task = requireNonNull(task, "task");
  }

  /**
   * Returns a loop that has not started.
   *
   * @param store where the election is held; outlives the loop
   * @param election what is contested
   * @param proposal what followers read while this process leads
   * @param ttl after how long another process takes over from one that vanished
   * @param backoff how long to wait before standing again after a failure
   * @param task what only the leader does
   * @return the loop
   */
  public static LeaderLoop of(
      Store store,
      ElectionName election,
      Bytes proposal,
      Duration ttl,
      Backoff backoff,
      LeaderTask task) {
    return new LeaderLoop(store, election, proposal, ttl, backoff, task);
  }

  /**
   * Returns the present term, if this process believes that it leads.
   *
   * @return the leadership
   */
  public Optional<Leadership> leading() {
    return leading.filter(Leadership::isHeld);
  }

  @Override
  public void start() {
    runner = Optional.of(runtime.start("plinth-leader-" + election, this::run));
  }

  @Override
  public void stop() {
    runner.ifPresent(Thread::interrupt);
    try {
      ended.await();
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    int failures = 0;
    try {
      while (true) {
        try {
          failures = stand() ? 0 : failures;
        } catch (HandleClosedException closed) {
          return;
        } catch (StoreException failed) {
          LOG.atDebug()
              .setCause(failed)
              .addKeyValue("election", election)
              .log("Could not stand for election, stands again");
        }
        failures++;
        Pause.in(runtime).of(backoff.after(failures, runtime.random()));
      }
    } catch (InterruptedException asked) {
      LOG.atDebug().addKeyValue("election", election).log("Stands for election no more");
    } finally {
      ended.countDown();
    }
  }

  /** One candidacy; says whether it came to lead. */
  private boolean stand() throws InterruptedException {
    try (Session session = Session.open(store, ttl, SessionPolicy.END);
        Leadership leadership = Elections.over(store).campaign(election, session, proposal)) {
      LOG.atInfo()
          .addKeyValue("election", election)
          .addKeyValue("term", leadership.token())
          .log("This process leads");
      leading = Optional.of(leadership);
      try {
        work(leadership);
      } finally {
        leading = Optional.empty();
        LOG.atInfo()
            .addKeyValue("election", election)
            .addKeyValue("term", leadership.token())
            .log("This process no longer leads");
      }
      return true;
    }
  }

  /** Runs the task on a thread of its own, which alone is interrupted by the loss. */
  private void work(Leadership leadership) throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Thread worker =
        runtime.start(
            "plinth-leading-" + election,
            () -> {
              try {
                runTask(leadership);
              } finally {
                over.countDown();
                done.countDown();
              }
            });
    leadership.onLoss(over::countDown);
    try {
      over.await();
    } finally {
      worker.interrupt();
      awaitDone(done);
    }
  }

  private void runTask(Leadership leadership) {
    try {
      task.lead(leadership);
    } catch (InterruptedException asked) {
      LOG.atDebug().addKeyValue("election", election).log("The leader's task was asked to end");
    } catch (StoreException failed) {
      LOG.atWarn()
          .setCause(failed)
          .addKeyValue("election", election)
          .log("The leader's task failed; the leadership is given up");
    } catch (RuntimeException defect) { // a defect in the task must not end the candidacy for ever
      LOG.atError()
          .setCause(defect)
          .addKeyValue("election", election)
          .log("The leader's task failed; the leadership is given up");
    }
  }

  /** Two tasks must never run at a time, so this wait does not end early. */
  private static void awaitDone(CountDownLatch done) {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException hurried) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

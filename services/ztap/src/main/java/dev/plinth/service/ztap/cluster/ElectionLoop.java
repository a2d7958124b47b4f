package dev.plinth.service.ztap.cluster;

import dev.plinth.chassis.time.Pause;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.session.Session;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Campaigns while its session is held, and leads when it wins.
 *
 * <p>Thread-safe. {@link #isLeader} is judged at each call by this process's own clock, so it turns
 * false before the store can let anybody else lead.
 */
final class ElectionLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ElectionLoop.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration STOP_GRACE = Duration.ofSeconds(10);

  /** One candidacy's thread; a session has one, a new session gets a new one. */
  private record Candidacy(Thread thread, CountDownLatch over) {}

  private final Elections elections;
  private final StoreRuntime runtime;
  private final Pause pause;
  private final ElectionName election;
  private final ClusterRepository repository;
  private final ClusterView view;
  private final ClusterMetrics metrics;
  private final NodeIdentity identity;
  private final String incarnation;
  private final Bytes proposal;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private Optional<Candidacy> candidacy = Optional.empty();

  private volatile Optional<Leadership> leading = Optional.empty();
  private volatile boolean abandoned;

  ElectionLoop(
      Store store,
      ElectionName election,
      ClusterRepository repository,
      ClusterCodec codec,
      ClusterView view,
      ClusterMetrics metrics,
      NodeIdentity identity,
      String incarnation) {
    this.elections = Elections.over(store);
    this.runtime = store.runtime();
    this.pause = Pause.in(runtime);
    this.election = election;
    this.repository = repository;
    this.view = view;
    this.metrics = metrics;
    this.identity = identity;
    this.incarnation = incarnation;
    this.proposal = codec.encodeCandidate(identity.id(), identity.address(), incarnation);
  }

  /** Starts to campaign on a session; the candidacy ends with it at the latest. */
  void begin(Session session) {
    lock.lock();
    try {
      CountDownLatch over = new CountDownLatch(1);
      Thread thread = runtime.start("ztap-election-" + identity.id(), () -> run(session, over));
      candidacy = Optional.of(new Candidacy(thread, over));
    } finally {
      lock.unlock();
    }
  }

  /** Stops to campaign, resigns if it leads, and waits until that is done. */
  void end() {
    Optional<Candidacy> ending;
    lock.lock();
    try {
      ending = candidacy;
      candidacy = Optional.empty();
    } finally {
      lock.unlock();
    }
    if (ending.isEmpty()) {
      return;
    }
    ending.get().thread().interrupt();
    try {
      if (!ending.get().over().await(STOP_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("The candidacy did not end in time; it ends with its session");
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops to campaign and to lead, and leaves the candidacy in the store to its time to live. */
  void abandon() {
    abandoned = true;
    end();
  }

  boolean isLeader() {
    return leading.filter(Leadership::isHeld).isPresent();
  }

  /** Returns what a leader's write must carry, if this process believes that it leads. */
  Optional<Condition> stillHeld() {
    return leading.filter(Leadership::isHeld).map(Leadership::stillHeld);
  }

  private void run(Session session, CountDownLatch over) {
    try {
      while (session.isHeld()) {
        try {
          lead(elections.campaign(election, session, proposal));
        } catch (StoreException failed) {
          LOG.atWarn().setCause(failed).log("The campaign failed; it begins again");
          pause.of(RETRY);
        }
      }
    } catch (InterruptedException asked) {
      LOG.debug("The candidacy was asked to end");
    } finally {
      over.countDown();
    }
  }

  private void lead(Leadership leadership) throws InterruptedException {
    try {
      long won = runtime.nanoTime();
      LeaderRecord record =
          new LeaderRecord(
              identity.id(),
              identity.address(),
              incarnation,
              leadership.token().value(),
              runtime.now());
      if (!publish(record, leadership)) {
        return;
      }
      leading = Optional.of(leadership);
      view.leadingChanged();
      measure(record, won);
      LOG.atInfo()
          .addKeyValue("node", identity.id())
          .addKeyValue("term", record.term())
          .log("This node leads");
      leadership.awaitLoss();
      LOG.atWarn()
          .addKeyValue("node", identity.id())
          .addKeyValue("term", record.term())
          .log("This node no longer leads");
    } finally {
      leading = Optional.empty();
      view.leadingChanged();
      // The interrupt that ended the wait must not spoil the resignation.
      boolean interrupted = Thread.interrupted();
      if (!abandoned) {
        leadership.close();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Writes who leads; false if the leadership was lost before that succeeded. */
  private boolean publish(LeaderRecord record, Leadership leadership) throws InterruptedException {
    while (leadership.isHeld()) {
      try {
        return repository.publish(record, leadership.lease(), leadership.stillHeld());
      } catch (StoreException failed) {
        LOG.atWarn().setCause(failed).log("The record of the leader was not written; once more");
        pause.of(RETRY);
      }
    }
    return false;
  }

  /** Counts the election and, if there was a leader before, how long there was none. */
  private void measure(LeaderRecord record, long won) {
    metrics.elected();
    boolean observedOlder = view.leader().filter(seen -> seen.term() != record.term()).isPresent();
    OptionalLong ended = observedOlder ? OptionalLong.of(won) : view.leaderEndedNanos();
    ended.ifPresent(since -> metrics.failedOver(Duration.ofNanos(runtime.nanoTime() - since)));
  }
}

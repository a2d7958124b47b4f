package dev.plinth.service.ztap.cluster;

import dev.plinth.chassis.time.Pause;
import dev.plinth.service.ztap.cluster.ClusterRepository.Beat;
import dev.plinth.service.ztap.cluster.ClusterRepository.Registration;
import dev.plinth.service.ztap.cluster.Membership.Phase;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one process registered: a session, the record on it, its heartbeats; anew after each loss.
 *
 * <p>Thread-safe.
 */
final class MembershipLoop {
  /* One thread lives through the phases: it identifies the cluster, opens a session, registers,
   * lets the election begin, and waits for the session to end. Heartbeats are tasks of the runtime,
   * each of which plans the next, so two never run at once. Whoever finds out that the process must
   * give up its session says why and interrupts the thread, which is the only one to close
   * anything.
   */

  private static final Logger LOG = LoggerFactory.getLogger(MembershipLoop.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration START_GRACE = Duration.ofSeconds(20);
  private static final Duration STOP_GRACE = Duration.ofSeconds(15);
  private static final int SILENT_HEARTBEATS = 2;

  /** Why the thread is to give up its session and end. */
  private enum Ending {
    STOPPED("it stopped"),
    ORPHANED("it stopped without a word"),
    DISMISSED("an operator asked it to leave"),
    REPLACED("another process registered under its id");

    private final String reason;

    Ending(String reason) {
      this.reason = reason;
    }
  }

  private final Store store;
  private final StoreRuntime runtime;
  private final Pause pause;
  private final ClusterRepository repository;
  private final ElectionLoop election;
  private final ClusterView view;
  private final NodeIdentity identity;
  private final ClusterTiming timing;
  private final String incarnation;
  private final Instant startedAt;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();

  // Guarded by the lock.
  private Membership membership;
  private Optional<String> clusterId = Optional.empty();
  private Optional<Ending> ending = Optional.empty();
  private @Nullable Thread thread;
  private boolean over;

  // Written by the thread, read by heartbeats.
  private volatile Optional<Instant> joinedAt = Optional.empty();

  MembershipLoop(
      Store store,
      ClusterRepository repository,
      ElectionLoop election,
      ClusterView view,
      NodeIdentity identity,
      ClusterTiming timing,
      String incarnation) {
    this.store = store;
    this.runtime = store.runtime();
    this.pause = Pause.in(runtime);
    this.repository = repository;
    this.election = election;
    this.view = view;
    this.identity = identity;
    this.timing = timing;
    this.incarnation = incarnation;
    this.startedAt = runtime.now();
    this.membership = new Membership(Phase.STARTING, "not joined yet", startedAt);
  }

  void start() {
    lock.lock();
    try {
      if (thread == null) {
        thread = runtime.start("ztap-membership-" + identity.id(), this::run);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Leaves the cluster and waits until that is done, or until the store has had its chance. */
  void stop() {
    giveUp(Ending.STOPPED);
    awaitOver();
  }

  /** Ends everything here and leaves what is in the store to its time to live, as a crash would. */
  void orphan() {
    giveUp(Ending.ORPHANED);
    awaitOver();
  }

  /** Takes note that the record of a process asks it to leave. */
  void dismissed(String process) {
    if (process.equals(incarnation)) {
      giveUp(Ending.DISMISSED);
    }
  }

  Membership membership() {
    lock.lock();
    try {
      return membership;
    } finally {
      lock.unlock();
    }
  }

  Optional<String> clusterId() {
    lock.lock();
    try {
      return clusterId;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it is known whether the process can join, but not for ever. */
  Membership awaitDecision() throws InterruptedException {
    long left = START_GRACE.toNanos();
    lock.lockInterruptibly();
    try {
      while (membership.phase() == Phase.STARTING && !over && left > 0) {
        left = moved.awaitNanos(left);
      }
      return membership;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (ending().isEmpty() && membership().phase() != Phase.REFUSED) {
        attempt();
      }
    } catch (InterruptedException asked) {
      LOG.debug("Membership was asked to end");
    } finally {
      finish();
    }
  }

  private void attempt() throws InterruptedException {
    try {
      identifyCluster();
      if (membership().phase() != Phase.REFUSED) {
        live();
      }
    } catch (StoreException failed) {
      become(Phase.WAITING, "the store does not answer: " + failed.getMessage());
      pause.of(RETRY);
    } catch (UnreadableRecordException unreadable) {
      become(Phase.WAITING, "the cluster id cannot be read: " + unreadable.problem());
      pause.of(RETRY);
    }
  }

  private void identifyCluster() throws UnreadableRecordException {
    String wanted =
        identity.clusterId().orElseGet(() -> Long.toHexString(runtime.random().nextLong()));
    ClusterId found = repository.identify(new ClusterId(wanted, runtime.now(), identity.id()));
    if (identity.clusterId().isPresent() && !found.id().equals(wanted)) {
      become(
          Phase.REFUSED,
          "the keys of this prefix belong to cluster '%s' (written at %s by %s), this node to '%s'"
              .formatted(found.id(), found.createdAt(), found.createdBy(), wanted));
      return;
    }
    lock.lock();
    try {
      clusterId = Optional.of(found.id());
    } finally {
      lock.unlock();
    }
  }

  private void live() throws InterruptedException {
    Session session = Session.open(store, timing.sessionTtl(), SessionPolicy.END);
    Optional<Heartbeats> heartbeats = Optional.empty();
    try {
      heartbeats = register(session);
      if (heartbeats.isEmpty()) {
        return;
      }
      heartbeats.get().plan();
      become(Phase.MEMBER, "registered");
      election.begin(session);
      session.awaitEnd();
      become(Phase.WAITING, "its session ended; it joins again");
    } finally {
      heartbeats.ifPresent(Heartbeats::end);
      // The interrupt that ended the wait must not spoil the farewell.
      Thread.interrupted();
      part(session, heartbeats);
    }
  }

  /** Registers; nothing if another process has the id or the session ended meanwhile. */
  private Optional<Heartbeats> register(Session session) throws InterruptedException {
    Optional<Registration.Taken> before = Optional.empty();
    int silent = 0;
    while (session.isHeld()) {
      NodeRecord record = record();
      switch (repository.register(record, session.lease())) {
        case Registration.Registered done -> {
          joinedAt = Optional.of(record.joinedAt());
          return Optional.of(new Heartbeats(session, done.created(), done.modified()));
        }
        case Registration.Blocked blocked -> {
          become(Phase.WAITING, "the record of its id cannot be read: " + blocked.problem());
          pause.of(RETRY);
        }
        case Registration.Taken taken -> {
          if (isBeating(before, taken)) {
            become(Phase.REFUSED, taken("is in use by a living process", taken.by()));
            return Optional.empty();
          }
          silent = before.isPresent() ? silent + 1 : 0;
          if (silent >= SILENT_HEARTBEATS) {
            become(Phase.WAITING, taken("is held by the session of a silent process", taken.by()));
          }
          before = Optional.of(taken);
          pause.of(taken.by().heartbeatInterval());
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isBeating(Optional<Registration.Taken> before, Registration.Taken now) {
    return before.isPresent()
        && before.get().by().incarnation().equals(now.by().incarnation())
        && now.modified().isAfter(before.get().modified())
        && !now.by().stopped();
  }

  private String taken(String how, NodeRecord by) {
    return "node id '%s' %s at %s, started at %s"
        .formatted(identity.id(), how, by.address(), by.startedAt());
  }

  private NodeRecord record() {
    Instant now = runtime.now();
    return new NodeRecord(
        identity.id(),
        identity.address(),
        false,
        election.isLeader() ? NodeRole.LEADER : NodeRole.FOLLOWER,
        joinedAt.orElse(now),
        now,
        startedAt,
        incarnation,
        timing.heartbeatInterval(),
        identity.metadata());
  }

  private void part(Session session, Optional<Heartbeats> heartbeats) {
    if (ending().filter(Ending.ORPHANED::equals).isPresent()) {
      election.abandon();
      session.orphan();
      return;
    }
    // Leadership first: that is what others wait for.
    election.end();
    if (heartbeats.isPresent() && ending().isPresent()) {
      sayGoodbye(heartbeats.get());
    }
    session.close();
  }

  /** Lets observers tell a leave from a loss. */
  private void sayGoodbye(Heartbeats heartbeats) {
    try {
      repository.markStopped(record().stopping(runtime.now()), heartbeats.created);
    } catch (StoreException unreachable) {
      LOG.atWarn()
          .addKeyValue("reason", unreachable.getMessage())
          .log("The session is left to its time to live");
    }
  }

  private void become(Phase phase, String reason) {
    lock.lock();
    try {
      if (membership.phase() == phase && membership.reason().equals(reason)) {
        return;
      }
      membership = new Membership(phase, reason, runtime.now());
      moved.signalAll();
    } finally {
      lock.unlock();
    }
    switch (phase) {
      case REFUSED -> LOG.atError().addKeyValue("reason", reason).log("Membership is refused");
      case WAITING -> LOG.atWarn().addKeyValue("reason", reason).log("Membership has to wait");
      default ->
          LOG.atInfo()
              .addKeyValue("node", identity.id())
              .addKeyValue("phase", phase.word())
              .addKeyValue("reason", reason)
              .log("Membership changed");
    }
  }

  private void giveUp(Ending why) {
    lock.lock();
    try {
      if (ending.isPresent()) {
        return;
      }
      ending = Optional.of(why);
      if (thread == null) {
        over = true;
      } else {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  private void finish() {
    ending()
        .ifPresent(why -> become(why == Ending.REPLACED ? Phase.REFUSED : Phase.LEFT, why.reason));
    lock.lock();
    try {
      over = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitOver() {
    long left = STOP_GRACE.toNanos();
    lock.lock();
    try {
      while (!over && left > 0) {
        left = moved.awaitNanos(left);
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private Optional<Ending> ending() {
    lock.lock();
    try {
      return ending;
    } finally {
      lock.unlock();
    }
  }

  /** The heartbeats of one registration. Each plans the next, so two never run at once. */
  private final class Heartbeats {
    private final Session session;
    private volatile Revision created;
    private volatile Revision modified;
    private volatile boolean ended;

    Heartbeats(Session session, Revision created, Revision modified) {
      this.session = session;
      this.created = created;
      this.modified = modified;
    }

    void plan() {
      if (!ended) {
        runtime.schedule(timing.heartbeatInterval(), this::beat);
      }
    }

    void end() {
      ended = true;
    }

    private void beat() {
      if (ended) {
        return;
      }
      try {
        switch (repository.beat(record(), created, modified)) {
          case Beat.Written written -> modified = written.modified();
          case Beat.Dismissed dismissed -> giveUp(Ending.DISMISSED);
          case Beat.Replaced replaced -> giveUp(Ending.REPLACED);
          case Beat.Missing missing -> registerAgain();
        }
      } catch (StoreException unreachable) {
        // The view counts the silence, and the session ends by itself if it lasts.
        LOG.debug("A heartbeat was not written", unreachable);
      }
      view.evaluate();
      plan();
    }

    private void registerAgain() {
      switch (repository.register(record(), session.lease())) {
        case Registration.Registered again -> {
          created = again.created();
          modified = again.modified();
        }
        case Registration.Taken taken -> giveUp(Ending.REPLACED);
        case Registration.Blocked blocked ->
            LOG.atWarn().addKeyValue("problem", blocked.problem()).log("A record cannot be read");
      }
    }
  }
}

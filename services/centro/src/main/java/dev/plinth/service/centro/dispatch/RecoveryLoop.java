package dev.plinth.service.centro.dispatch;

import dev.plinth.chassis.leadership.LeaderLoop;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.time.Backoff;
import dev.plinth.service.centro.document.InvalidDocuments;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.service.centro.job.DemoJobs;
import dev.plinth.service.centro.job.Job;
import dev.plinth.service.centro.job.JobCodec;
import dev.plinth.service.centro.job.JobKeys;
import dev.plinth.service.centro.job.JobLookup;
import dev.plinth.service.centro.job.JobStatus;
import dev.plinth.service.centro.job.StoredJob;
import dev.plinth.service.centro.node.NodeCodec;
import dev.plinth.service.centro.node.NodeKeys;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Leadership;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The periodic work of the one elected server: takes jobs back from nodes that did not claim them
 * in time or are lost, and forgives what nodes owed.
 *
 * <p>One round at a time. Every write carries the condition that this server still leads, and that
 * nothing has changed since it was read, so a server that was paused changes nothing any more.
 */
final class RecoveryLoop implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(RecoveryLoop.class);
  private static final ElectionName ELECTION = ElectionName.of("/centro/election");

  private final Store store;
  private final StoreRuntime runtime;
  private final JobKeys jobKeys;
  private final JobCodec jobCodec;
  private final NodeKeys nodeKeys;
  private final NodeCodec nodeCodec;
  private final DispatchRepository repository;
  private final DispatchTiming timing;
  private final DispatchMetrics metrics;
  private final InvalidDocuments invalid;
  private final DemoJobs demo;
  private final InstantSource clock;
  private final LeaderLoop loop;

  @Inject
  RecoveryLoop(
      Store store,
      StoreRuntime runtime,
      JobKeys jobKeys,
      JobCodec jobCodec,
      NodeKeys nodeKeys,
      NodeCodec nodeCodec,
      DispatchRepository repository,
      DispatchTiming timing,
      DispatchMetrics metrics,
      InvalidDocuments invalid,
      DemoJobs demo,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.runtime = runtime;
    this.jobKeys = jobKeys;
    this.jobCodec = jobCodec;
    this.nodeKeys = nodeKeys;
    this.nodeCodec = nodeCodec;
    this.repository = repository;
    this.timing = timing;
    this.metrics = metrics;
    this.invalid = invalid;
    this.demo = demo;
    this.clock = clock;
    this.loop =
        LeaderLoop.of(
            store,
            ELECTION,
            Bytes.utf8(Long.toHexString(random.nextLong())),
            timing.electionTtl(),
            new Backoff(timing.look(), timing.electionTtl()),
            this::lead);
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void stop() {
    loop.stop();
  }

  /** Works for as long as this server leads, and returns when nothing of it runs any more. */
  private void lead(Leadership leadership) throws InterruptedException {
    try (RecoveryRepository view =
        new RecoveryRepository(store, jobKeys, jobCodec, nodeKeys, nodeCodec, invalid)) {
      Recovery recovery = new Recovery(timing, runtime.nanoTime());
      try (Rounds rounds =
          Rounds.every(timing.look(), runtime, () -> round(view, recovery, leadership))) {
        leadership.awaitLoss();
      }
    }
  }

  private void round(RecoveryRepository view, Recovery recovery, Leadership leadership)
      throws InterruptedException {
    if (!leadership.isHeld()) {
      return;
    }
    try {
      demo.submit();
      look(view, recovery, leadership.stillHeld());
    } catch (StoreException unseen) {
      recovery.beginAnew(runtime.nanoTime());
      LOG.atDebug().setCause(unseen).log("The store cannot be seen, all deadlines begin anew");
    }
  }

  private void look(RecoveryRepository view, Recovery recovery, Condition stillHeld)
      throws InterruptedException {
    view.refresh();
    Recovery.Due due = recovery.look(view.active(), view.living(), view.owed(), runtime.nanoTime());
    for (Possession one : due.unclaimed()) {
      takeBack(one, "reservation-expired", "not claimed in time", List.of(stillHeld));
    }
    for (Possession one : due.lost()) {
      takeBack(
          one, "node-lost", "node was lost", List.of(stillHeld, repository.isLost(one.node())));
    }
    for (OwedAnswer one : due.forgiven()) {
      forgive(one, stillHeld);
    }
  }

  /** Puts a job back into its old place, if it is still the attempt that was seen. */
  private void takeBack(Possession seen, String reason, String text, List<Condition> fences) {
    Held held = repository.held(seen.job(), seen.node());
    if (!(held.active() instanceof JobLookup.Found(StoredJob stored))) {
      return;
    }
    Job job = stored.job();
    NodeId node = seen.node();
    if (!job.isWith(node)
        || job.attempt() != seen.attempt()
        || (seen.isUnclaimed() && job.status() != JobStatus.RESERVED)) {
      return;
    }
    Job returned =
        job.returned("attempt " + job.attempt() + " on " + node + ": " + text, clock.instant());
    boolean isDone =
        repository.move(
            stored,
            returned,
            held.account(),
            held.account().map(account -> account.ledger().takenBack(job.id(), job.attempt())),
            fences.toArray(Condition[]::new));
    if (isDone) {
      metrics.takenBack(reason);
      LOG.atInfo()
          .addKeyValue("job", job.id())
          .addKeyValue("attempt", job.attempt())
          .addKeyValue("node", node)
          .addKeyValue("reason", reason)
          .log("A job was taken back from its node");
    }
  }

  private void forgive(OwedAnswer seen, Condition stillHeld) {
    Optional<Account> account = repository.account(seen.node());
    if (account.isPresent()
        && Integer.valueOf(seen.attempt()).equals(account.get().ledger().owed().get(seen.job()))) {
      repository.correct(account.get(), account.get().ledger().forgiven(seen.job()), stillHeld);
    }
  }
}

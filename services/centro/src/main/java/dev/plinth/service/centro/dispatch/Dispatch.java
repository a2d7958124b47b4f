package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.service.centro.job.Job;
import dev.plinth.service.centro.job.JobLookup;
import dev.plinth.service.centro.job.JobStatus;
import dev.plinth.service.centro.job.Jobs;
import dev.plinth.service.centro.job.StoredJob;
import dev.plinth.service.centro.job.WaitingReasons;
import dev.plinth.service.centro.node.Assignment;
import dev.plinth.service.centro.node.NodeLedger;
import dev.plinth.service.centro.node.NodeLookup;
import dev.plinth.service.centro.node.NodeSituation;
import dev.plinth.service.centro.node.Nodes;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Hands jobs out, lets nodes claim them and takes their reports.
 *
 * <p>Thread-safe; any number of servers may work on one store. Every change is one transaction over
 * the versions that were read, so of two servers that try the same only one succeeds, and the other
 * looks again. Nothing is answered before it is written.
 */
public final class Dispatch {
  private static final int TRIES = 64;
  private static final int LONGEST_DETAIL = 16 * 1024;

  private final DispatchRepository repository;
  private final Nodes nodes;
  private final Jobs jobs;
  private final QueueRepository waiting;
  private final JobQueue queue;
  private final WaitingReasons reasons;
  private final DispatchMetrics metrics;
  private final InstantSource clock;

  @Inject
  Dispatch(
      DispatchRepository repository,
      Nodes nodes,
      Jobs jobs,
      QueueRepository waiting,
      JobQueue queue,
      WaitingReasons reasons,
      DispatchMetrics metrics,
      InstantSource clock) {
    this.repository = repository;
    this.nodes = nodes;
    this.jobs = jobs;
    this.waiting = waiting;
    this.queue = queue;
    this.reasons = reasons;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Reserves the next job for a node, or offers again the one it has not claimed yet.
   *
   * @param node which asks
   * @return the job, or why there is none
   */
  public Offer next(NodeId node) {
    for (int i = 0; i < TRIES; i++) {
      Optional<Offer> offer =
          switch (nodes.find(node)) {
            case NodeLookup.Missing none -> Optional.of(unregistered(node));
            case NodeLookup.Unreadable unreadable ->
                Optional.of(
                    new Offer.None(
                        unreadable.document().key() + " " + unreadable.document().problem()));
            case NodeLookup.Found(NodeSituation situation) ->
                situation.isHealthy() ? offer(node, situation) : Optional.of(unregistered(node));
          };
      if (offer.isPresent()) {
        return offer.get();
      }
    }
    return new Offer.None("too much is changing at once; ask again");
  }

  /**
   * Lets a node take the job that is reserved for it. Repeated, it is accepted again.
   *
   * @param node which claims
   * @param id the job
   * @return whether the job is its
   */
  public Verdict claim(NodeId node, JobId id) {
    for (int i = 0; i < TRIES; i++) {
      Held held = repository.held(id, node);
      if (!(held.active() instanceof JobLookup.Found(StoredJob stored))) {
        return Verdict.refused(absent(node, id, held));
      }
      Job job = stored.job();
      if (!job.isWith(node)) {
        return Verdict.refused(
            job.status() == JobStatus.RESERVED
                ? "job " + id + " is reserved for another node"
                : "job " + id + " is already claimed by another node");
      }
      if (job.status() != JobStatus.RESERVED) {
        return Verdict.accepted("job " + id + " is already claimed by this node");
      }
      Job claimed = job.claimed(clock.instant());
      if (move(stored, claimed, held, it -> it.moved(id, Assignment.Phase.CLAIMED))) {
        return Verdict.accepted("job " + id + " is claimed");
      }
    }
    return busy(id);
  }

  /**
   * Takes a node's report on a job that it claimed. Repeated, it is accepted again.
   *
   * @param node which reports
   * @param id the job
   * @param status how the job is
   * @param detail for people
   * @return whether it was taken; if not, the job is not the node's to run
   */
  public Verdict report(NodeId node, JobId id, JobStatus status, String detail) {
    Verdict verdict = decide(node, id, status, detail);
    if (!verdict.isAccepted()) {
      metrics.refusedReport();
    }
    return verdict;
  }

  /**
   * Counts everything.
   *
   * @return how many there are, at one revision
   */
  public Stats stats() {
    return repository.stats();
  }

  private Verdict decide(NodeId node, JobId id, JobStatus status, String detail) {
    if (detail.length() > LONGEST_DETAIL) {
      return Verdict.refused("detail is longer than " + LONGEST_DETAIL + " characters");
    }
    for (int i = 0; i < TRIES; i++) {
      Held held = repository.held(id, node);
      if (!(held.active() instanceof JobLookup.Found(StoredJob stored))) {
        return over(node, status, held).orElseGet(() -> Verdict.refused(absent(node, id, held)));
      }
      Job job = stored.job();
      if (!job.isWith(node)) {
        return Verdict.refused("job " + id + " is with another node" + fenced(id, held));
      }
      if (job.status() == JobStatus.RESERVED) {
        return Verdict.refused("job " + id + " is reserved for this node, but not claimed");
      }
      if (!job.status().mayBecome(status)) {
        return Verdict.refused(
            "job " + id + " is " + job.status().word() + " and cannot become " + status.word());
      }
      if (job.status() == status && job.detail().equals(detail)) {
        return Verdict.accepted("job " + id + " is " + status.word() + " already");
      }
      Job reported = job.reported(status, detail, clock.instant());
      if (move(stored, reported, held, it -> entered(it, id, status))) {
        if (status.isFinal()) {
          metrics.finished(status);
        }
        return Verdict.accepted("job " + id + " is " + status.word());
      }
    }
    return busy(id);
  }

  private Optional<Offer> offer(NodeId node, NodeSituation situation) {
    Optional<JobId> unclaimed = situation.ledger().unclaimed();
    return unclaimed.isPresent()
        ? offerAgain(node, situation, unclaimed.get())
        : handOut(node, situation);
  }

  /** Returns nothing if the account was wrong and everything is to be looked at again. */
  private Optional<Offer> offerAgain(NodeId node, NodeSituation situation, JobId id) {
    if (repository.held(id, node).active() instanceof JobLookup.Found(StoredJob stored)
        && stored.job().isWith(node)
        && stored.job().status() == JobStatus.RESERVED) {
      return Optional.of(new Offer.Given(stored.job()));
    }
    repository.correct(
        new Account(situation.ledger(), situation.ledgerEntry()), situation.ledger().dropped(id));
    return Optional.empty();
  }

  /** Returns nothing if the node changed and everything is to be looked at again. */
  private Optional<Offer> handOut(NodeId node, NodeSituation situation) {
    waiting.awaitSeen(situation.revision());
    while (true) {
      JobQueue.Found found =
          queue.take(
              shape -> Placement.lack(shape, situation),
              job -> situation.ledger().owed().containsKey(job.stored().job().id()));
      reasons.note(node, found.lacking(), situation.ledger().owed());
      if (found.job().isEmpty()) {
        return Optional.of(nothing(found));
      }
      QueuedJob queued = found.job().get();
      Job job = queued.stored().job();
      Instant now = clock.instant();
      Job reserved = job.reservedFor(node, queued.stored().sequence(), now);
      boolean isGone = false;
      try {
        switch (repository.reserve(queued.stored(), reserved, situation)) {
          case DONE -> {
            isGone = true;
            metrics.handedOut();
            return Optional.of(new Offer.Given(reserved));
          }
          case JOB_GONE -> isGone = true;
          case NODE_CHANGED -> {
            return Optional.empty();
          }
        }
      } finally {
        if (isGone) {
          queue.forget(queued);
        } else {
          queue.giveBack(queued);
        }
      }
    }
  }

  private boolean move(StoredJob before, Job after, Held held, UnaryOperator<NodeLedger> entry) {
    return repository.move(
        before, after, held.account(), held.account().map(Account::ledger).map(entry));
  }

  private static NodeLedger entered(NodeLedger ledger, JobId id, JobStatus status) {
    if (status.isFinal()) {
      return ledger.finished(id, status);
    }
    return status == JobStatus.RUNNING ? ledger.moved(id, Assignment.Phase.STARTED) : ledger;
  }

  /** Accepts the repetition of a final report, whose first answer may have been lost. */
  private static Optional<Verdict> over(NodeId node, JobStatus status, Held held) {
    if (held.history() instanceof JobLookup.Found(StoredJob stored)
        && stored.job().isWith(node)
        && stored.job().status() == status) {
      return Optional.of(
          Verdict.accepted("job " + stored.job().id() + " is " + status.word() + " already"));
    }
    return Optional.empty();
  }

  /** Says why no node has the job. */
  private String absent(NodeId node, JobId id, Held held) {
    String text =
        switch (held.active()) {
          case JobLookup.Unreadable unreadable ->
              unreadable.document().key() + " " + unreadable.document().problem();
          case JobLookup.Found found -> "job " + id + " is with a node";
          case JobLookup.Missing none ->
              switch (jobs.find(id)) {
                case JobLookup.Missing gone -> "there is no job " + id;
                case JobLookup.Unreadable unreadable ->
                    unreadable.document().key() + " " + unreadable.document().problem();
                case JobLookup.Found(StoredJob stored) when stored.job().status().isFinal() ->
                    "job " + id + " is " + stored.job().status().word() + ", which is final";
                case JobLookup.Found(StoredJob stored) ->
                    "job " + id + " is not reserved for node " + node;
              };
        };
    return text + fenced(id, held);
  }

  private static String fenced(JobId id, Held held) {
    return held.account()
        .map(account -> account.ledger().owed().get(id))
        .map(attempt -> "; attempt " + attempt + " was taken back from this node, stop it")
        .orElse("");
  }

  private Offer nothing(JobQueue.Found found) {
    if (found.lacking().isEmpty()) {
      return new Offer.None("no job waits for this node");
    }
    return new Offer.None(
        queue.size() + " jobs wait, none fits: " + found.lacking().values().iterator().next());
  }

  private static Offer unregistered(NodeId node) {
    return new Offer.None("node " + node + " is not registered; send a heartbeat first");
  }

  private static Verdict busy(JobId id) {
    return Verdict.refused("job " + id + " changes too fast; try again");
  }
}

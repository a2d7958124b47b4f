package dev.plinth.service.centro.node;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.service.centro.job.JobStatus;
import dev.plinth.service.centro.job.Resources;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was given to a node: the server's own account, changed in the same transactions as the jobs.
 *
 * <p>Immutable.
 *
 * <p>A job is charged from its hand-out until the first report after the node said that it runs: a
 * report sent before that cannot know what the job takes. A job that was taken back from the node
 * is remembered as owed, because the node may not know it yet; agents cannot name an attempt, so a
 * node must not get another attempt of a job while it could still answer for the last one.
 *
 * @param node whose
 * @param jobs what it has
 * @param owed what was taken back from it, and which attempt
 * @param finished how many jobs it finished, by their final status
 */
public record NodeLedger(
    NodeId node,
    SortedMap<JobId, Assignment> jobs,
    SortedMap<JobId, Integer> owed,
    Map<JobStatus, Long> finished) {
  /** Copies the maps. */
  public NodeLedger {
    jobs = Collections.unmodifiableSortedMap(new TreeMap<>(jobs));
    owed = Collections.unmodifiableSortedMap(new TreeMap<>(owed));
    finished = Map.copyOf(finished);
  }

  /**
   * Returns the account of a node that was never given anything.
   *
   * @param node whose
   * @return an empty account
   */
  public static NodeLedger empty(NodeId node) {
    return new NodeLedger(node, new TreeMap<>(), new TreeMap<>(), Map.of());
  }

  /**
   * Returns what is to be taken off the last report.
   *
   * @return all charged jobs together
   */
  public Resources charged() {
    return jobs.values().stream()
        .filter(Assignment::isCharged)
        .map(Assignment::resources)
        .reduce(Resources.NONE, Resources::plus);
  }

  /**
   * Returns the job that the node was handed and has not claimed.
   *
   * @return its name, or nothing if the node owes no claim
   */
  public Optional<JobId> unclaimed() {
    return jobs.entrySet().stream()
        .filter(entry -> entry.getValue().phase() == Assignment.Phase.RESERVED)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /**
   * Hands a job out.
   *
   * @param job which
   * @param attempt its attempt
   * @param resources what it needs
   * @return the account with it
   */
  public NodeLedger reserved(JobId job, int attempt, Resources resources) {
    return with(job, new Assignment(attempt, Assignment.Phase.RESERVED, resources, true));
  }

  /**
   * Notes how far the node is with a job.
   *
   * @param job which; nothing changes if the node does not have it
   * @param phase how far
   * @return the account with that
   */
  public NodeLedger moved(JobId job, Assignment.Phase phase) {
    Assignment before = jobs.get(job);
    return before == null ? this : with(job, before.in(phase));
  }

  /**
   * Closes a job that the node finished.
   *
   * @param job which
   * @param status its final status
   * @return the account without it
   */
  public NodeLedger finished(JobId job, JobStatus status) {
    Map<JobStatus, Long> counts = new EnumMap<>(JobStatus.class);
    counts.putAll(finished);
    counts.merge(status, 1L, Long::sum);
    return new NodeLedger(node, without(job), owed, counts);
  }

  /**
   * Takes a job back.
   *
   * @param job which
   * @param attempt its attempt
   * @return the account in which the job is owed
   */
  public NodeLedger takenBack(JobId job, int attempt) {
    SortedMap<JobId, Integer> more = new TreeMap<>(owed);
    more.put(job, attempt);
    return new NodeLedger(node, without(job), more, finished);
  }

  /**
   * Drops a job that the node turns out not to have.
   *
   * @param job which
   * @return the account without it
   */
  public NodeLedger dropped(JobId job) {
    return new NodeLedger(node, without(job), owed, finished);
  }

  /**
   * Forgives a job that was taken back.
   *
   * @param job which
   * @return the account in which it is not owed
   */
  public NodeLedger forgiven(JobId job) {
    SortedMap<JobId, Integer> fewer = new TreeMap<>(owed);
    fewer.remove(job);
    return new NodeLedger(node, jobs, fewer, finished);
  }

  /**
   * Notes that the node reported, so that what was running is in the report.
   *
   * @return the account in which running jobs are not charged
   */
  public NodeLedger afterReport() {
    SortedMap<JobId, Assignment> settled = new TreeMap<>(jobs);
    settled.replaceAll(
        (job, one) -> one.phase() == Assignment.Phase.STARTED ? one.uncharged() : one);
    return new NodeLedger(node, settled, owed, finished);
  }

  private NodeLedger with(JobId job, Assignment assignment) {
    SortedMap<JobId, Assignment> more = new TreeMap<>(jobs);
    more.put(job, assignment);
    return new NodeLedger(node, more, owed, finished);
  }

  private SortedMap<JobId, Assignment> without(JobId job) {
    SortedMap<JobId, Assignment> fewer = new TreeMap<>(jobs);
    fewer.remove(job);
    return fewer;
  }
}

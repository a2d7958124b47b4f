package dev.plinth.service.centro.job;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A job: what was asked for and how far it is, from submit to the end of its history.
 *
 * <p>Immutable. The methods that return a changed job check nothing but what they need; whether a
 * change is due is decided by who calls them, and whether it happens by the transaction that writes
 * it.
 *
 * @param id its name
 * @param spec what was asked for
 * @param status how far it is
 * @param detail what was last said about it, for people
 * @param attempt how often it was handed out so far; the number of the attempt that is on, if one
 *     is
 * @param sequence its place among jobs of its priority, known from the first hand-out on
 * @param node who has it or had it last; nothing while it waits
 * @param submittedAt when it came
 * @param claimedAt when its node took it
 * @param updatedAt when this document last changed
 * @param finishedAt when it ended
 * @param attempts the latest attempts, oldest first
 */
public record Job(
    JobId id,
    JobSpec spec,
    JobStatus status,
    String detail,
    int attempt,
    OptionalLong sequence,
    Optional<NodeId> node,
    Instant submittedAt,
    Optional<Instant> claimedAt,
    Instant updatedAt,
    Optional<Instant> finishedAt,
    List<Attempt> attempts) {

  /** How many attempts a document tells of; the count goes on. */
  public static final int ATTEMPTS_KEPT = 20;

  /** Copies the list. */
  public Job {
    attempts = List.copyOf(attempts);
  }

  /**
   * Returns a job that was just submitted.
   *
   * @param id its name
   * @param spec what was asked for
   * @param now when
   * @return a queued job without attempts
   */
  public static Job submitted(JobId id, JobSpec spec, Instant now) {
    return new Job(
        id,
        spec,
        JobStatus.QUEUED,
        "",
        0,
        OptionalLong.empty(),
        Optional.empty(),
        now,
        Optional.empty(),
        now,
        Optional.empty(),
        List.of());
  }

  /**
   * Hands the job out; begins the next attempt.
   *
   * @param to the node it is reserved for
   * @param place its sequence, if it has none yet
   * @param now when
   * @return the reserved job
   */
  public Job reservedFor(NodeId to, long place, Instant now) {
    int next = attempt + 1;
    List<Attempt> all = new ArrayList<>(attempts);
    all.add(new Attempt(next, to, now, Optional.empty(), ""));
    List<Attempt> latest = all.subList(Math.max(0, all.size() - ATTEMPTS_KEPT), all.size());
    return new Job(
        id,
        spec,
        JobStatus.RESERVED,
        "",
        next,
        OptionalLong.of(sequence.orElse(place)),
        Optional.of(to),
        submittedAt,
        Optional.empty(),
        now,
        Optional.empty(),
        latest);
  }

  /**
   * Lets the node take the job that is reserved for it.
   *
   * @param now when
   * @return the claimed job
   */
  public Job claimed(Instant now) {
    return new Job(
        id,
        spec,
        JobStatus.CLAIMED,
        detail,
        attempt,
        sequence,
        node,
        submittedAt,
        Optional.of(now),
        now,
        Optional.empty(),
        attempts);
  }

  /**
   * Notes what the node reports.
   *
   * @param next its status, final ones too
   * @param said for people
   * @param now when
   * @return the job in that status
   */
  public Job reported(JobStatus next, String said, Instant now) {
    return new Job(
        id,
        spec,
        next,
        said,
        attempt,
        sequence,
        node,
        submittedAt,
        claimedAt,
        now,
        next.isFinal() ? Optional.of(now) : Optional.empty(),
        next.isFinal() ? closed(next.word(), now) : attempts);
  }

  /**
   * Takes the job from its node and puts it back into its old place.
   *
   * @param reason why, for people
   * @param now when
   * @return the queued job; the next attempt has the next number
   */
  public Job returned(String reason, Instant now) {
    return new Job(
        id,
        spec,
        JobStatus.QUEUED,
        reason,
        attempt,
        sequence,
        Optional.empty(),
        submittedAt,
        Optional.empty(),
        now,
        Optional.empty(),
        closed(reason, now));
  }

  /**
   * Withdraws a queued job.
   *
   * @param reason why, for people
   * @param now when
   * @return the cancelled job
   */
  public Job cancelled(String reason, Instant now) {
    return new Job(
        id,
        spec,
        JobStatus.CANCELLED,
        reason,
        attempt,
        sequence,
        node,
        submittedAt,
        claimedAt,
        now,
        Optional.of(now),
        attempts);
  }

  /**
   * Says whether a node has this job.
   *
   * @param other any node
   * @return whether it is this one's
   */
  public boolean isWith(NodeId other) {
    return node.filter(other::equals).isPresent();
  }

  private List<Attempt> closed(String how, Instant now) {
    return attempts.stream()
        .map(one -> one.number() == attempt ? one.ended(now, how) : one)
        .toList();
  }
}

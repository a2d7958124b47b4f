package dev.plinth.spi.election;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.session.Session;
import java.util.Optional;

/**
 * Elections on a store (G45 to G52).
 *
 * <p>Thread-safe, holds nothing; make as many as convenient.
 *
 * @since 0.1
 */
public final class Elections {
  private final Store store;

  private Elections(Store store) {
    this.store = requireNonNull(store, "store");
  }

  /**
   * Returns the elections on a store.
   *
   * @param store where
   * @return its elections
   */
  public static Elections over(Store store) {
    return new Elections(store);
  }

  /**
   * Waits until this candidate leads.
   *
   * <p>Guarantees G45, G48 and G52. Blocks without limit. Candidates lead in the order in which
   * they came. While it waits, a store that cannot be reached is asked again for as long as the
   * session holds its lease.
   *
   * <p>A session stands once in an election: standing again while it waits or leads joins the
   * candidacy that is there, writes the new proposal, and returns a leadership of the same term.
   *
   * @param election what is contested
   * @param session what the candidacy lives on; when it loses its lease, so ends the leadership
   * @param proposal what followers read while this candidate leads
   * @return the leadership, until closed or lost
   * @throws LeaseLostException if the session lost its lease, or the candidate's key was deleted by
   *     someone else
   * @throws StoreException if the store failed; the candidacy is withdrawn
   * @throws InterruptedException if interrupted while waiting; the candidacy is withdrawn
   */
  public Leadership campaign(ElectionName election, Session session, Bytes proposal)
      throws InterruptedException {
    requireNonNull(proposal, "proposal");
    CandidateQueue queue = CandidateQueue.over(store, election.key());
    Candidate candidate = queue.join(session, proposal);
    candidate.awaitFirst();
    return new HeldLeadership(election, candidate);
  }

  /**
   * Says who leads now, linearizable.
   *
   * @param election which
   * @return the leader, or nothing if nobody leads
   * @throws StoreException if the store failed
   */
  public Optional<Leader> leader(ElectionName election) {
    return CandidateQueue.over(store, election.key()).first();
  }

  /**
   * Follows who leads. Returns at once.
   *
   * @param election which
   * @return the watch, to be closed by the caller
   */
  public LeaderWatch observe(ElectionName election) {
    return new QueueObserver(store, CandidateQueue.over(store, election.key()));
  }
}

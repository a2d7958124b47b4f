package dev.plinth.spi.election;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.StoreException;

/** The leadership of a candidate that is the first of its queue. */
final class HeldLeadership implements Leadership {
  private final ElectionName election;
  private final Candidate candidate;

  HeldLeadership(ElectionName election, Candidate candidate) {
    this.election = election;
    this.candidate = candidate;
  }

  @Override
  public ElectionName election() {
    return election;
  }

  @Override
  public LeaseId lease() {
    return candidate.lease();
  }

  @Override
  public Condition stillHeld() {
    return candidate.stillHeld();
  }

  @Override
  public FencingToken token() {
    return candidate.token();
  }

  @Override
  public boolean isHeld() {
    return candidate.isHeld();
  }

  @Override
  public void proclaim(Bytes proposal) {
    if (!candidate.write(proposal)) {
      throw new RequestRefusedException(
          RequestRefusedException.Reason.NOT_LEADER,
          "term " + token() + " of " + election + " is over");
    }
  }

  @Override
  public void awaitLoss() throws InterruptedException {
    candidate.awaitEnd();
  }

  @Override
  public void onLoss(Runnable signal) {
    candidate.onEnd(requireNonNull(signal, "signal"));
  }

  @Override
  public void close() {
    try {
      candidate.withdraw();
    } catch (StoreException goesOnBehind) {
      // The removal repeats itself until it is done or the lease is given up.
    }
  }

  @Override
  public String toString() {
    return "term " + token() + " of " + election;
  }
}

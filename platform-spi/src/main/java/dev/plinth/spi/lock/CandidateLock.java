package dev.plinth.spi.lock;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Condition;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.election.Candidate;
import dev.plinth.spi.election.FencingToken;

/** The lock of a candidate that is the first of its queue. */
final class CandidateLock implements HeldLock {
  private final LockName name;
  private final Candidate candidate;

  CandidateLock(LockName name, Candidate candidate) {
    this.name = name;
    this.candidate = candidate;
  }

  @Override
  public LockName name() {
    return name;
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
  public void awaitLoss() throws InterruptedException {
    candidate.awaitEnd();
  }

  @Override
  public void onLoss(Runnable signal) {
    candidate.onEnd(requireNonNull(signal, "signal"));
  }

  @Override
  public boolean unlock() {
    return candidate.withdraw();
  }

  @Override
  public void close() {
    try {
      unlock();
    } catch (StoreException goesOnBehind) {
      // The removal repeats itself until it is done or the lease is given up.
    }
  }

  @Override
  public String toString() {
    return "lock " + name + ", token " + token();
  }
}

package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Store;
import dev.plinth.tck.Link;
import java.time.Duration;
import java.util.List;

/**
 * The network of one member, which does not own the data: what is between it and all others.
 *
 * <p>A member has no connection for each of its streams, so that to end them is to break all
 * connections.
 */
final class MemberLink implements Link {
  private final MemberCluster cluster;
  private final MemberProcess member;
  private final Firewall own;
  private final List<Firewall> others;
  private final Store store;
  private final Runnable closed;

  /**
   * Takes a member that does not own the data.
   *
   * @param cluster undisturbed; left open, and undisturbed again in the end
   * @param closed run in the end
   */
  MemberLink(MemberCluster cluster, Runnable closed) {
    this.cluster = cluster;
    this.closed = closed;
    this.member = cluster.others(cluster.owner()).getFirst();
    this.own = member.firewall();
    this.others = cluster.around(member);
    this.store = new LivingStore(member::store);
  }

  @Override
  public Store store() {
    return store;
  }

  @Override
  public void cut() {
    others.forEach(own::cut);
  }

  @Override
  public void reset() {
    others.forEach(own::reset);
  }

  @Override
  public void endStreams() {
    reset();
  }

  @Override
  public void stall() {
    others.forEach(other -> other.silence(own));
    own.silence();
  }

  @Override
  public void delay(Duration by) {
    others.forEach(other -> other.delay(own, by.toMillis()));
    own.delay(by.toMillis(), by.toMillis());
  }

  /**
   * Loses what a backup says, without which there is no answer: what the owner says itself cannot
   * be lost, for Hazelcast sends it back on the connection that the request came by, past the
   * firewall.
   */
  @Override
  public void loseNextAnswer() {
    MemberProcess owner = cluster.owner();
    MemberProcess backup =
        cluster.others(owner).stream().filter(other -> other != member).findFirst().orElseThrow();
    owner.firewall().loseBackups(backup.firewall());
  }

  @Override
  public void heal() {
    for (Firewall other : others) {
      own.heal(other);
      other.heal(own);
    }
  }

  @Override
  public void close() {
    try {
      cluster.heal();
    } finally {
      closed.run();
    }
  }
}

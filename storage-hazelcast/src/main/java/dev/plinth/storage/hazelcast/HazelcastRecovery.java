package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this member held when it gave that up to join others, until they have all that was
 * acknowledged (H12).
 *
 * <p>Who gives up does not depend on what a side knows. When a cluster falls apart, and of the two
 * that went on one meets the one that had been cut off before, the two are a majority with data
 * that lacks what was acknowledged meanwhile; they do not serve then, until this has brought it
 * back.
 *
 * <p>Thread-safe.
 */
final class HazelcastRecovery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastRecovery.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final StoreRuntime runtime;
  private final HazelcastReplicas replicas;
  private final Acknowledgements acknowledgements;
  private final Supplier<HazelcastInstance> instance;
  private final AtomicReference<@Nullable HazelcastState> held = new AtomicReference<>();
  private volatile boolean closed;

  HazelcastRecovery(
      StoreRuntime runtime,
      HazelcastReplicas replicas,
      Acknowledgements acknowledgements,
      Supplier<HazelcastInstance> instance) {
    this.runtime = runtime;
    this.replicas = replicas;
    this.acknowledgements = acknowledgements;
    this.instance = instance;
  }

  /** Keeps what this member holds and is about to give up, if it lacks nothing. */
  void keep() {
    try {
      replicas
          .copy(instance.get(), HazelcastMember.KEYSPACE)
          .filter(acknowledgements::areIn)
          .ifPresent(held::set);
    } catch (RuntimeException gone) {
      // Whatever it is, Hazelcast must go on with what it is about to do.
      LOG.warn("what this member held cannot be kept", gone);
    }
  }

  /** Offers what was kept to those that this member has joined, until they lack nothing. */
  void bringBack() {
    attempt(FIRST_PAUSE, false);
  }

  /**
   * Makes the next attempt.
   *
   * @param pause before the one after it
   * @param offered whether an offer was made that may not have reached all replicas
   */
  private void attempt(Duration pause, boolean offered) {
    HazelcastState kept = held.get();
    if (kept == null || closed) {
      return;
    }
    boolean offering = offered;
    try {
      HazelcastInstance here = instance.get();
      offering = offered || isMissing(here, kept);
      if (!offering || isTaken(here, kept)) {
        boolean unusedOrNewer = held.compareAndSet(kept, null);
        return;
      }
    } catch (RuntimeException notNow) {
      // Too few answer, or this member is on its way out; nobody else would try again.
      LOG.debug("what this member held cannot be offered yet", notNow);
    }
    boolean next = offering;
    Duration longer = pause.multipliedBy(2);
    Duration then = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    StoreRuntime.Scheduled unused = runtime.schedule(pause, () -> attempt(then, next));
  }

  /** Asks, which is cheap. */
  private boolean isMissing(HazelcastInstance here, HazelcastState kept) {
    Optional<HazelcastState.Position> last = lastIn(kept);
    return last.isPresent() && !offer(here, new HazelcastOffer(last.get(), Optional.empty()));
  }

  /** How far it is acknowledged, unless others went on with it who do not need this. */
  private Optional<HazelcastState.Position> lastIn(HazelcastState kept) {
    return acknowledgements.last(kept.incarnation()).filter(kept::continues);
  }

  /** Offers all of it, and says whether every replica has it. */
  private boolean isTaken(HazelcastInstance here, HazelcastState kept) {
    Optional<HazelcastState.Position> last = lastIn(kept);
    if (last.isEmpty()) {
      return true;
    }
    // With fewer it could be lost as soon as it is there.
    replicas.check(here, HazelcastMember.KEYSPACE);
    LOG.warn("those whom this member joined lack what was acknowledged; it brings that back");
    return offer(here, new HazelcastOffer(last.get(), Optional.of(kept)));
  }

  private static boolean offer(HazelcastInstance here, HazelcastOffer offer) {
    return HazelcastMemberConfig.map(here).executeOnKey(HazelcastMember.KEYSPACE, offer);
  }

  @Override
  public void close() {
    closed = true;
  }
}

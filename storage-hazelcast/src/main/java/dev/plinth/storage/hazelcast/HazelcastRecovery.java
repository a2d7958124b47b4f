package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
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
    bringBack(FIRST_PAUSE);
  }

  private void bringBack(Duration pause) {
    HazelcastState kept = held.get();
    if (kept == null || closed) {
      return;
    }
    try {
      if (isThere(instance.get(), kept)) {
        boolean unusedOrNewer = held.compareAndSet(kept, null);
        return;
      }
    } catch (RuntimeException notNow) {
      // Too few answer, or this member is on its way out; nobody else would try again.
      LOG.debug("what this member held cannot be offered yet", notNow);
    }
    Duration next = pause.multipliedBy(2);
    StoreRuntime.Scheduled unused =
        runtime.schedule(
            pause, () -> bringBack(next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next));
  }

  private boolean isThere(HazelcastInstance here, HazelcastState kept) {
    Optional<HazelcastState.Position> last = acknowledgements.last(kept.incarnation());
    if (last.isEmpty() || !kept.continues(last.get())) {
      // Others went on with it.
      return true;
    }
    IMap<String, HazelcastState> states = HazelcastMemberConfig.map(here);
    if (offer(states, new HazelcastOffer(last.get(), Optional.empty()))) {
      return true;
    }
    // With fewer it could be lost as soon as it is there.
    replicas.check(here, HazelcastMember.KEYSPACE);
    LOG.warn("those whom this member joined lack what was acknowledged; it brings that back");
    return offer(states, new HazelcastOffer(last.get(), Optional.of(kept)));
  }

  private static boolean offer(IMap<String, HazelcastState> states, HazelcastOffer offer) {
    return states.executeOnKey(HazelcastMember.KEYSPACE, offer);
  }

  @Override
  public void close() {
    closed = true;
  }
}

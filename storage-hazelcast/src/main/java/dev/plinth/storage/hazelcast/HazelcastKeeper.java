package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes the owner of a keyspace do what is due although nobody asks it for anything: end leases,
 * give up old history, and take over when it has just become the owner. Works on the owner only.
 *
 * <p>Thread-safe.
 */
final class HazelcastKeeper {
  private static final Duration PAUSE = Duration.ofMillis(100);

  /**
   * An owner that knows of nothing asks itself so often whether it still is who measures time: it
   * may have been another one meanwhile, however shortly.
   */
  private static final long LOOKS = 10;

  private final HazelcastLines lines;
  private final ReentrantLock lock = new ReentrantLock();
  private StoreRuntime.@Nullable Scheduled scheduled;
  private boolean closed;

  /** Looks since the last one that was carried out; only one task at a time runs. */
  private long idleLooks = LOOKS;

  HazelcastKeeper(HazelcastLines lines) {
    this.lines = lines;
  }

  void start() {
    lock.lock();
    try {
      if (!closed) {
        scheduled = lines.link().runtime().schedule(PAUSE, this::look);
      }
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    try {
      if (!isOwner()) {
        idleLooks = LOOKS;
      } else if (idleLooks >= LOOKS || isDue()) {
        Answer unused = lines.reads().ask(new Request.Tick());
        idleLooks = 0;
      } else {
        idleLooks++;
      }
    } catch (StoreException | HazelcastException | IllegalStateException notNow) {
      // The next look tries again, maybe with another member; a store that is closed does not.
    }
    start();
  }

  private boolean isOwner() {
    return lines.link().instance().getLifecycleService().isRunning()
        && lines.link().owner().filter(Member::localMember).isPresent();
  }

  private boolean isDue() {
    return HazelcastNode.of(lines.link().instance())
        .filter(node -> node.owner(lines.link().keyspace()).isDue())
        .isPresent();
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      if (scheduled != null) {
        scheduled.cancel();
      }
    } finally {
      lock.unlock();
    }
  }
}

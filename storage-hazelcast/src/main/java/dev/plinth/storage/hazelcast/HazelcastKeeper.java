package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
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

  private final HazelcastLines lines;
  private final HazelcastInstance instance;
  private final ReentrantLock lock = new ReentrantLock();
  private StoreRuntime.@Nullable Scheduled scheduled;
  private boolean closed;

  HazelcastKeeper(HazelcastLines lines, HazelcastInstance instance) {
    this.lines = lines;
    this.instance = instance;
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
      if (isOwnerWithWork()) {
        Answer unused = lines.reads().ask(new Request.Tick());
      }
    } catch (StoreException notNow) {
      // The next look tries again; a store that is closed does not look again.
    }
    start();
  }

  private boolean isOwnerWithWork() {
    if (!instance.getLifecycleService().isRunning()) {
      return false;
    }
    String keyspace = lines.link().keyspace();
    Member owner = instance.getPartitionService().getPartition(keyspace).getOwner();
    return owner != null
        && owner.localMember()
        && HazelcastNode.of(instance).filter(node -> node.owner(keyspace).isDue()).isPresent();
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

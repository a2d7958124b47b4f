package dev.plinth.chassis.health;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Capability;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether the store can be reached.
 *
 * <p>Thread-safe; one per process, whatever the number of services. The store is asked when
 * somebody wants to know and the last answer is a second old, by one question at a time.
 */
public final class StoreHealth implements HealthCheck {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** One question to the store. */
  private record Probe(long asked, CountDownLatch answered) {}

  private final Store store;
  private final StoreRuntime runtime;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private Probe latest;
  private volatile Health answer = Health.bad("the store was not asked yet");

  @Inject
  StoreHealth(Store store, StoreRuntime runtime) {
    this.store = requireNonNull(store, "store");
    this.runtime = requireNonNull(runtime, "runtime");
    CountDownLatch none = new CountDownLatch(0);
    this.latest = new Probe(runtime.nanoTime() - FRESH.toNanos(), none);
  }

  /**
   * Returns the check of a store.
   *
   * @param store which
   * @param runtime the time by which answers grow old
   * @return its check
   */
  public static StoreHealth of(Store store, StoreRuntime runtime) {
    return new StoreHealth(store, runtime);
  }

  @Override
  public String name() {
    return "store";
  }

  /** Waits for an answer of the store, but no longer than a second. */
  @Override
  public Health check() {
    Probe probe = probe();
    try {
      if (!probe.answered().await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return Health.bad("the store did not answer within " + PATIENCE.toMillis() + " ms");
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
    return answer;
  }

  private Probe probe() {
    lock.lock();
    try {
      boolean pending = latest.answered().getCount() > 0;
      if (pending || runtime.nanoTime() - latest.asked() < FRESH.toNanos()) {
        return latest;
      }
      CountDownLatch answered = new CountDownLatch(1);
      latest = new Probe(runtime.nanoTime(), answered);
      if (store.capabilities().contains(Capability.IN_PROCESS)) {
        ask(answered);
      } else {
        runtime.start("plinth-store-health", () -> ask(answered));
      }
      return latest;
    } finally {
      lock.unlock();
    }
  }

  private void ask(CountDownLatch answered) {
    try {
      store.keyValues().current();
      answer = Health.good();
    } catch (RequestRefusedException refused) {
      // Who may read some keys only is refused here, by a store that can be reached.
      answer =
          refused.reason() == RequestRefusedException.Reason.PERMISSION_DENIED
              ? Health.good()
              : Health.bad(String.valueOf(refused.getMessage()));
    } catch (StoreException failed) {
      answer = Health.bad(String.valueOf(failed.getMessage()));
    } finally {
      answered.countDown();
    }
  }
}

package dev.plinth.tck;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Time that moves only when a test moves it, so that a lease of ninety seconds expires in a
 * millisecond.
 *
 * <p>Thread-safe. Tasks run in the order of their time, each on a thread of its own; {@link
 * #advance} waits for a task to end before the next one begins. If a task itself waits for a real
 * second, the next one begins all the same, because it may be the one that is waited for.
 *
 * @since 0.1
 */
public final class VirtualRuntime implements StoreRuntime {
  /** How long a task may wait for others before the next one begins. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** How long a task may run; only a machine that stands still needs this. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

  /**
   * A task and when it is due; tasks of one instant run in the order in which they were scheduled.
   */
  private record Task(long due, long order, Runnable run) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::order));
  private final RandomGenerator random;
  private final Duration patience;
  private long nanos;
  private long scheduled;
  private Duration wallOffset = Duration.ZERO;

  /** A runtime whose randomness is always the same. */
  public VirtualRuntime() {
    this(1);
  }

  /**
   * A runtime with randomness of a seed.
   *
   * @param seed the same one gives the same numbers
   */
  public VirtualRuntime(long seed) {
    this(seed, PATIENCE);
  }

  private VirtualRuntime(long seed, Duration patience) {
    this.random = new Random(seed);
    this.patience = patience;
  }

  /**
   * A runtime whose tasks wait for nothing that a later one does, but for a server, which answers
   * when it can: the next one never begins before.
   *
   * @return a runtime whose randomness is always the same
   */
  public static VirtualRuntime ofTasksThatCallServers() {
    return new VirtualRuntime(1, LONGEST);
  }

  /**
   * Moves time and runs what becomes due, in order, at the time at which it is due.
   *
   * @param by how far; not negative
   */
  public void advance(Duration by) {
    long target;
    lock.lock();
    try {
      target = Math.addExact(nanos, by.toNanos());
    } finally {
      lock.unlock();
    }
    for (Optional<Task> next = nextDue(target); next.isPresent(); next = nextDue(target)) {
      runAndWait(next.get().run());
    }
    lock.lock();
    try {
      nanos = Math.max(nanos, target);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Steps the wall clock alone, as an operator or a time server does; nothing that expires may
   * notice (G23).
   *
   * @param by forwards or backwards
   */
  public void stepWallClock(Duration by) {
    lock.lock();
    try {
      wallOffset = wallOffset.plus(by);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return nanos;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Instant now() {
    lock.lock();
    try {
      return EPOCH.plusNanos(nanos).plus(wallOffset);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    if (delay.isZero() || delay.isNegative()) {
      start("plinth-scheduled", task);
      return () -> {};
    }
    lock.lock();
    try {
      Task entry = new Task(Math.addExact(nanos, delay.toNanos()), scheduled++, task);
      tasks.add(entry);
      return () -> remove(entry);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Thread start(String name, Runnable task) {
    return Thread.ofVirtual().name(name).start(task);
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      tasks.clear();
    } finally {
      lock.unlock();
    }
  }

  private void remove(Task task) {
    lock.lock();
    try {
      tasks.remove(task);
    } finally {
      lock.unlock();
    }
  }

  private Optional<Task> nextDue(long target) {
    lock.lock();
    try {
      Task first = tasks.peek();
      if (first == null || first.due() > target) {
        return Optional.empty();
      }
      tasks.remove();
      nanos = Math.max(nanos, first.due());
      return Optional.of(first);
    } finally {
      lock.unlock();
    }
  }

  private void runAndWait(Runnable task) {
    Thread thread = start("plinth-scheduled", task);
    long began = System.nanoTime();
    // Looks are counted, not the time between them, in which all of the process may stand still.
    long waited = 0;
    try {
      while (!thread.join(LOOK)) {
        waited = thread.getState() == Thread.State.RUNNABLE ? 0 : waited + LOOK.toNanos();
        if (waited > patience.toNanos() || System.nanoTime() - began > LONGEST.toNanos()) {
          return;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

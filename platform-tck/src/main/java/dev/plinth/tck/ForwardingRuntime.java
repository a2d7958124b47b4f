package dev.plinth.tck;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * A runtime that passes everything on to another one; a test overrides what it wants to be
 * different.
 *
 * <p>As thread-safe as the other one.
 *
 * @since 0.1
 */
public abstract class ForwardingRuntime implements StoreRuntime {
  private final StoreRuntime runtime;

  /**
   * Prepares to forward.
   *
   * @param runtime the other one, which is closed with this one
   */
  protected ForwardingRuntime(StoreRuntime runtime) {
    this.runtime = runtime;
  }

  @Override
  public long nanoTime() {
    return runtime.nanoTime();
  }

  @Override
  public Instant now() {
    return runtime.now();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return runtime.schedule(delay, task);
  }

  @Override
  public Thread start(String name, Runnable task) {
    return runtime.start(name, task);
  }

  @Override
  public RandomGenerator random() {
    return runtime.random();
  }

  @Override
  public void close() {
    runtime.close();
  }
}

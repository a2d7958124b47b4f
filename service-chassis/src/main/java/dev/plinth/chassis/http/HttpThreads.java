package dev.plinth.chassis.http;

import dev.plinth.chassis.lifecycle.StartException;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * What the HTTP servers of a process run on: a platform thread per server that watches its
 * connections, a virtual thread per request, one timer, one pool of buffers.
 *
 * <p>Thread-safe. Whoever starts it closes it, after the servers.
 */
public final class HttpThreads implements AutoCloseable {
  private static final int MOST_PLATFORM_THREADS = 32;
  private static final int LARGEST_POOLED_BUFFER = 64 * 1024;
  private static final long MOST_POOLED_MEMORY = 4L << 20;

  private final QueuedThreadPool pool;
  private final Scheduler timer;
  private final ByteBufferPool buffers;

  private HttpThreads(QueuedThreadPool pool, Scheduler timer, ByteBufferPool buffers) {
    this.pool = pool;
    this.timer = timer;
    this.buffers = buffers;
  }

  /**
   * Starts with no more than one idle thread.
   *
   * @return what servers may share
   */
  public static HttpThreads start() {
    QueuedThreadPool pool = new QueuedThreadPool(MOST_PLATFORM_THREADS, 1);
    pool.setName("plinth-http");
    pool.setReservedThreads(0);
    pool.setDaemon(true);
    pool.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("plinth-http-"));
    Scheduler timer = new ScheduledExecutorScheduler("plinth-http-timer", true);
    ByteBufferPool buffers =
        new ArrayByteBufferPool(
            0, -1, LARGEST_POOLED_BUFFER, -1, MOST_POOLED_MEMORY, MOST_POOLED_MEMORY);
    try {
      pool.start();
      timer.start();
    } catch (Exception failed) { // Jetty declares no narrower one
      LifeCycle.stop(pool);
      throw new StartException("The threads of the HTTP servers did not start", failed);
    }
    return new HttpThreads(pool, timer, buffers);
  }

  QueuedThreadPool pool() {
    return pool;
  }

  Scheduler timer() {
    return timer;
  }

  ByteBufferPool buffers() {
    return buffers;
  }

  /** Ends the threads. */
  @Override
  public void close() {
    LifeCycle.stop(timer);
    LifeCycle.stop(pool);
  }
}

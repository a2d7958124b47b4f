package dev.plinth.spi.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.LeaseId;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class EventDeliveryTest {
  private static final SessionEvent FIRST = new SessionEvent.Suspected(LeaseId.of(1));
  private static final SessionEvent SECOND = new SessionEvent.Confirmed(LeaseId.of(1));
  private static final SessionEvent THIRD = new SessionEvent.Lost(LeaseId.of(1));

  /** Threads whose uncaught exceptions are kept. */
  private static final class Threads implements StoreRuntime {
    final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      throw new AssertionError("events are delivered at once");
    }

    @Override
    public Thread start(String name, Runnable task) {
      return Thread.ofVirtual()
          .name(name)
          .uncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown))
          .start(task);
    }

    @Override
    public RandomGenerator random() {
      return new Random(1);
    }

    @Override
    public void close() {}
  }

  @Test
  void eventsComeInOrderOneAtATime() throws InterruptedException {
    BlockingQueue<SessionEvent> heard = new LinkedBlockingQueue<>();
    EventDelivery delivery = new EventDelivery(new Threads(), heard::add);
    List.of(FIRST, SECOND, THIRD).forEach(delivery::offer);
    for (SessionEvent expected : List.of(FIRST, SECOND, THIRD)) {
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(expected);
    }
  }

  @Test
  void aListenerThatThrowsHearsTheNextEventAllTheSame() throws InterruptedException {
    BlockingQueue<SessionEvent> heard = new LinkedBlockingQueue<>();
    Threads threads = new Threads();
    EventDelivery delivery =
        new EventDelivery(
            threads,
            event -> {
              heard.add(event);
              throw new IllegalStateException("listener");
            });
    List.of(FIRST, SECOND, THIRD).forEach(delivery::offer);
    for (SessionEvent expected : List.of(FIRST, SECOND, THIRD)) {
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(expected);
    }
    assertThat(threads.uncaught).allMatch(IllegalStateException.class::isInstance);
  }

  @Test
  void nothingIsDeliveredAfterClosing() throws InterruptedException {
    BlockingQueue<SessionEvent> heard = new LinkedBlockingQueue<>();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    EventDelivery delivery =
        new EventDelivery(
            new Threads(),
            event -> {
              entered.countDown();
              try {
                leave.await();
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
              heard.add(event);
            });
    delivery.offer(FIRST);
    delivery.offer(SECOND);
    assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
    delivery.close();
    delivery.offer(THIRD);
    leave.countDown();
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(FIRST);
    assertThat(heard).isEmpty();
    assertThat(delivery.isClosed()).isTrue();
  }
}

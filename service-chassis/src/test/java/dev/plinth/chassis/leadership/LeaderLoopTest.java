package dev.plinth.chassis.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.Stores;
import dev.plinth.chassis.time.Backoff;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Store;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Leadership;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LeaderLoopTest {
  private static final ElectionName ELECTION = ElectionName.of("/test/election");
  private static final Backoff SOON = new Backoff(Duration.ofMillis(1), Duration.ofMillis(10));

  private static LeaderLoop loop(Store store, LeaderTask task) {
    return LeaderLoop.of(store, ELECTION, Bytes.utf8("me"), Duration.ofSeconds(30), SOON, task);
  }

  private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T taken = queue.poll(20, TimeUnit.SECONDS);
    assertThat(taken).isNotNull();
    return taken;
  }

  @Test
  void oneOfTwoLeadsAndTheOtherTakesOver() throws InterruptedException {
    BlockingQueue<String> leaders = new LinkedBlockingQueue<>();
    try (Store store = Stores.memory()) {
      LeaderLoop first = loop(store, leadership -> leadUntilLost("first", leaders, leadership));
      LeaderLoop second = loop(store, leadership -> leadUntilLost("second", leaders, leadership));
      first.start();
      assertThat(take(leaders)).isEqualTo("first");
      second.start();
      assertThat(first.leading()).isPresent();
      assertThat(second.leading()).isEmpty();
      first.stop();
      assertThat(take(leaders)).isEqualTo("second");
      assertThat(first.leading()).isEmpty();
      second.stop();
      assertThat(leaders).isEmpty();
    }
  }

  private static void leadUntilLost(
      String name, BlockingQueue<String> leaders, Leadership leadership)
      throws InterruptedException {
    leaders.add(name);
    leadership.awaitLoss();
  }

  @Test
  void aLossInterruptsTheTaskAndTheNextTermHasALaterToken() throws InterruptedException {
    BlockingQueue<Leadership> terms = new LinkedBlockingQueue<>();
    AtomicInteger running = new AtomicInteger();
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Store store = Stores.memory()) {
      LeaderLoop loop =
          loop(
              store,
              leadership -> {
                assertThat(running.incrementAndGet()).isEqualTo(1);
                terms.add(leadership);
                try {
                  new CountDownLatch(1).await();
                } finally {
                  running.decrementAndGet();
                  interrupted.countDown();
                }
              });
      loop.start();
      Leadership first = take(terms);
      LeaseId lease = first.lease();
      store.leases().revoke(lease);
      assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
      Leadership second = take(terms);
      assertThat(second.token()).isGreaterThan(first.token());
      assertThat(first.isHeld()).isFalse();
      loop.stop();
      assertThat(running).hasValue(0);
    }
  }

  @Test
  void aTaskThatFailsGivesUpAndStandsAgain() throws InterruptedException {
    BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
    AtomicInteger count = new AtomicInteger();
    try (Store store = Stores.memory()) {
      LeaderLoop loop =
          loop(
              store,
              leadership -> {
                int attempt = count.incrementAndGet();
                attempts.add(attempt);
                if (attempt < 3) {
                  throw new IllegalStateException("attempt " + attempt);
                }
                leadership.awaitLoss();
              });
      loop.start();
      assertThat(take(attempts)).isEqualTo(1);
      assertThat(take(attempts)).isEqualTo(2);
      assertThat(take(attempts)).isEqualTo(3);
      loop.stop();
    }
  }
}

package dev.plinth.service.labmgr.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class WorkQueueTest {

  @Test
  void anItemThatWaitsIsNotAddedAgain() throws InterruptedException {
    WorkQueue<String> queue = new WorkQueue<>();
    queue.add("a");
    queue.add("a");
    queue.add("b");
    assertThat(queue.depth()).isEqualTo(2);
    assertThat(queue.take()).contains("a");
    assertThat(queue.take()).contains("b");
    assertThat(queue.depth()).isZero();
  }

  @Test
  void anItemThatIsLookedAtComesAgainAfterwards() throws InterruptedException {
    WorkQueue<String> queue = new WorkQueue<>();
    queue.add("a");
    assertThat(queue.take()).contains("a");
    queue.add("a");
    queue.add("b");
    assertThat(queue.take()).contains("b");
    queue.done("a");
    assertThat(queue.take()).contains("a");
    queue.done("a");
    assertThat(queue.depth()).isZero();
  }

  @Test
  void closingWakesWhoWaits() throws InterruptedException {
    WorkQueue<String> queue = new WorkQueue<>();
    Thread closer = Thread.ofVirtual().start(queue::close);
    assertThat(queue.take()).isEmpty();
    closer.join();
    queue.add("a");
    assertThat(queue.take()).isEmpty();
  }
}

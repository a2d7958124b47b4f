package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastInstance;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Put;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.tck.Await;
import dev.plinth.tck.ForwardingRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What callers are told when a batch does not leave, and what happens to them then (G37, G38). */
final class HazelcastCommandLineTest {
  private static final Await PATIENT = new Await(Duration.ofSeconds(30));
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Key FIRST = Key.utf8("/first");
  private static final Key GIVEN_UP = Key.utf8("/given-up");
  private static final Key KEPT = Key.utf8("/kept");

  /** Held by a test that keeps the owner from carrying anything out. */
  private final Semaphore owner = new Semaphore(1);

  private final TestMember member =
      TestMember.start(
          TestMember.config("alone-" + UUID.randomUUID(), List.of(), 0),
          TestMember.RULES,
          (instance, keyspace) -> {
            owner.acquireUninterruptibly();
            owner.release();
          });
  private final HeldBatches runtime = new HeldBatches();

  @AfterEach
  void close() {
    member.close();
    runtime.close();
  }

  @Test
  void aBatchThatNeverLeftIsNotDoubtful() throws InterruptedException {
    HazelcastCommandLine line = line(Duration.ofMillis(600));
    assertThatThrownBy(() -> line.ask(put(FIRST))).isInstanceOf(StoreUnavailableException.class);
    UUID unused = member.create("plinth");
    assertThat(runtime.letOneGo().join(LONG)).isTrue();
    try (Store store = member.open("plinth")) {
      assertThat(store.keyValues().get(FIRST)).isEmpty();
    }
  }

  @Test
  void whoWasToldThatNothingHappenedStaysBehind() throws InterruptedException {
    HazelcastCommandLine line = line(LONG);
    HazelcastCall first = line.start(put(FIRST));
    HazelcastCall givenUp = line.start(put(GIVEN_UP));
    HazelcastCall kept = line.start(put(KEPT));
    // The two that waited behind it are one batch now.
    giveUp(line, first);
    Thread unusedEmpty = runtime.letOneGo();
    Thread unusedRefused = runtime.letOneGo();
    // There is no data yet, so it was refused and is about to be sent again.
    PATIENT.until("it is about to be sent again", () -> !runtime.held.isEmpty());
    giveUp(line, givenUp);
    createAndBegin();
    Thread unusedServed = runtime.letOneGo();
    assertThat(line.await(kept)).isInstanceOf(Answer.Committed.class);
    try (Store store = member.open("plinth")) {
      assertThat(store.keyValues().get(KEPT)).isPresent();
      assertThat(store.keyValues().get(GIVEN_UP)).isEmpty();
      assertThat(store.keyValues().get(FIRST)).isEmpty();
    }
  }

  /** H8: a batch that was sent twice may be answered twice. */
  @Test
  void ofTwoAnswersToOneBatchOnlyTheFirstCounts() throws InterruptedException {
    createAndBegin();
    Duration callTimeout = Duration.ofSeconds(30);
    HazelcastLink link = link(callTimeout);
    HazelcastNode node = HazelcastNode.of(member.instance()).orElseThrow();
    HazelcastCommandLine line = new HazelcastCommandLine(link, BatchMode.READS, 1);
    node.join(link.client(), link.confirmations());
    HazelcastCall before = line.start(new Request.Current());
    Thread unusedBefore = runtime.letOneGo();
    assertThat(line.await(before)).isInstanceOf(Answer.Done.class);
    // The next question is not sent, for the copy here is current; but then that shows nothing.
    node.leave(link.client());
    HazelcastCall first = line.start(new Request.Current());
    HazelcastCall question = line.start(new Request.Current());
    HazelcastCall description = line.start(new Request.Describe(LeaseId.of(1)));
    giveUp(line, first);
    Thread unusedEmpty = runtime.letOneGo();
    owner.acquire();
    Thread attempt;
    Thread another;
    try {
      attempt = runtime.letOneGo();
      PATIENT.until("the owner has it", owner::hasQueuedThreads);
      runtime.pass(callTimeout.dividedBy(2));
      another = runtime.letOneGo();
      PATIENT.until("it is sent again", () -> another.getState() == Thread.State.WAITING);
    } finally {
      owner.release();
    }
    assertThat(attempt.join(LONG)).isTrue();
    assertThat(another.join(LONG)).isTrue();
    Thread unusedLast = runtime.letOneGo();
    assertThat(line.await(question)).isInstanceOf(Answer.Done.class);
    assertThat(line.await(description)).isEqualTo(new Answer.Lease(Optional.empty()));
  }

  /** Makes data whose owner serves whoever comes; the first one is sent twice. */
  private void createAndBegin() {
    UUID unused = member.create("plinth");
    try (Store store = member.open("plinth")) {
      assertThat(store.keyValues().current()).isNotNull();
    }
  }

  private HazelcastCommandLine line(Duration callTimeout) {
    return new HazelcastCommandLine(link(callTimeout), BatchMode.WRITES, 1);
  }

  private HazelcastLink link(Duration callTimeout) {
    HazelcastInstance instance = member.instance();
    OwnerReads reads =
        new OwnerReads(
            runtime,
            HazelcastNode.of(instance).orElseThrow().owner("plinth"),
            HazelcastReplicas.ownedVersion(instance, "plinth"));
    return new HazelcastLink(
        instance, "plinth", runtime, callTimeout, reads, HazelcastNode.of(instance).orElseThrow());
  }

  private static Request put(Key key) {
    return new Request.Write(Transaction.of(Put.of(key, Bytes.EMPTY)));
  }

  /** Nothing has left with it, and it is told so. */
  private static void giveUp(HazelcastCommandLine line, HazelcastCall call) {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> line.await(call)).isInstanceOf(StoreUnavailableException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  /** Batches begin when the test says so, and time may be ahead. */
  private static final class HeldBatches extends ForwardingRuntime {
    private final BlockingQueue<Thread> held = new LinkedBlockingQueue<>();
    private final AtomicLong passed = new AtomicLong();

    HeldBatches() {
      super(StoreRuntime.system());
    }

    void pass(Duration time) {
      long unused = passed.addAndGet(time.toNanos());
    }

    Thread letOneGo() throws InterruptedException {
      Thread batch = Optional.ofNullable(held.poll(1, TimeUnit.MINUTES)).orElseThrow();
      batch.start();
      return batch;
    }

    @Override
    public Thread start(String name, Runnable task) {
      if (!name.equals("plinth-hazelcast-batch")) {
        return super.start(name, task);
      }
      Thread batch = Thread.ofVirtual().name(name).unstarted(task);
      held.add(batch);
      return batch;
    }

    @Override
    public long nanoTime() {
      return super.nanoTime() + passed.get();
    }
  }
}

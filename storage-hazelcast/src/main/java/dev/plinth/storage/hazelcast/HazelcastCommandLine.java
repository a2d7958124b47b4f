package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.partition.NoDataMemberInClusterException;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the requests that wait into batches, sends them to the owner, and brings the answers to
 * the callers, each by its own deadline (G37).
 *
 * <p>Thread-safe. An idle line sends at once; while as many batches as may be are under way, what
 * comes waits and goes together. A batch whose fate is unknown is sent again under its number, by
 * which the state knows whether it was applied (G39); a write that gets no answer that way ends as
 * unknown.
 */
final class HazelcastCommandLine {
  private static final int BATCH_CALLS = 64;
  private static final long BATCH_BYTES = 1L << 20;
  private static final long FIRST_PAUSE_MILLIS = 10;

  /** A message can be lost with its connection, unnoticed: in so many parts of a call's time. */
  private static final int TRIES = 3;

  /** So often in one of these parts is looked who waits too long. */
  private static final int LOOKS = 4;

  private final HazelcastLink link;
  private final BatchMode mode;
  private final int mostFlights;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<HazelcastCall> queue = new ArrayDeque<>();
  private final Set<HazelcastFlight> flights = new HashSet<>();
  private StoreRuntime.@Nullable Scheduled look;
  private long sequence;
  private boolean closed;

  /** Whether somebody is about to send what waits. */
  private boolean gathering;

  /** Whether the last confirmation was of this member's replica, so that nothing need be sent. */
  private volatile boolean replica;

  HazelcastCommandLine(HazelcastLink link, BatchMode mode, int mostFlights) {
    this.link = link;
    this.mode = mode;
    this.mostFlights = mostFlights;
  }

  /**
   * Asks and waits for the answer.
   *
   * @throws StoreException if the request was refused, or no answer came in time
   */
  Answer ask(Request request) {
    return await(start(request));
  }

  /** Reads and waits for what there is. */
  Slice read(Read read) {
    HazelcastCall call = start(new Request.Ask(Transaction.of(read)));
    HazelcastCall.Reply reply = replyTo(call);
    return reply.confirmed.isPresent()
        ? reply.confirmed.get().keyspace().read(read)
        : ((Answer.Committed) reply.answerTo(call.request)).commit().read(0);
  }

  /** Asks; {@link #await} must follow. */
  HazelcastCall start(Request request) {
    HazelcastCall call =
        new HazelcastCall(request, link.runtime().nanoTime() + link.callTimeout().toNanos());
    if (!replica || !(request instanceof Request.Question)) {
      call.sent = RequestCodec.encode(request);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new StoreUnavailableException("interrupted before anything was sent to the store");
    }
    boolean first;
    lock.lock();
    try {
      if (closed) {
        throw closed();
      }
      queue.add(call);
      watchOver();
      first = !gathering && flights.size() < mostFlights;
      gathering |= first;
    } finally {
      lock.unlock();
    }
    if (first) {
      letOthersJoin();
      sendWaiting();
    }
    return call;
  }

  /** Those that were answered together ask again together; without this, the first goes alone. */
  @SuppressWarnings("ThreadPriorityCheck") // it makes batches larger; nothing depends on it
  private static void letOthersJoin() {
    Thread.yield();
  }

  private long part() {
    return link.callTimeout().toNanos() / TRIES;
  }

  /** Sees to it that what waits does not wait for too long; called with the lock. */
  private void watchOver() {
    if (look == null) {
      lookIn(part() / LOOKS);
    }
  }

  /** Called with the lock. */
  private void lookIn(long nanoseconds) {
    look = link.runtime().schedule(Duration.ofNanos(nanoseconds), this::lookForLate);
  }

  /**
   * Gives up what is late, and sends again what nothing was heard of for long. One look for all of
   * them costs less than a timer for each.
   */
  private void lookForLate() {
    List<HazelcastCall> late = new ArrayList<>();
    Map<HazelcastFlight, Integer> silent = new HashMap<>();
    lock.lock();
    try {
      look = null;
      if (closed || (queue.isEmpty() && flights.isEmpty())) {
        return;
      }
      long now = link.runtime().nanoTime();
      long next = now + part() / LOOKS;
      List<HazelcastCall> waiting = new ArrayList<>(queue);
      for (HazelcastFlight flight : flights) {
        waiting.addAll(flight.calls);
        if (flight.out && now - flight.sentAt >= part()) {
          silent.put(flight, flight.attempts);
        }
      }
      for (HazelcastCall call : waiting) {
        if (call.over) {
          continue;
        }
        if (call.deadline - now <= 0) {
          late.add(call);
        } else if (call.deadline - next < 0) {
          next = call.deadline;
        }
      }
      lookIn(next - now);
    } finally {
      lock.unlock();
    }
    for (HazelcastCall call : late) {
      StoreException end = givenUp(call, "the store did not answer in time");
      boolean unused = call.reply.completeExceptionally(end);
    }
    silent.forEach((flight, attempt) ->
        repeat(flight, attempt, new StoreUnavailableException("nothing was heard in time"), true));
  }

  private static HandleClosedException closed() {
    return new HandleClosedException("the store is closed");
  }

  Answer await(HazelcastCall call) {
    return replyTo(call).answerTo(call.request);
  }

  private HazelcastCall.Reply replyTo(HazelcastCall call) {
    try {
      return call.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw givenUp(call, "interrupted while waiting for the store");
    }
  }

  private StoreException givenUp(HazelcastCall call, String why) {
    StoreException end;
    lock.lock();
    try {
      boolean first = !call.over;
      call.over = true;
      HazelcastFlight flight = call.flight;
      if (flight == null) {
        queue.remove(call);
        end = new StoreUnavailableException(because(why + ": the request was not sent"));
      } else {
        end = end(flight, because(why));
        flight.waiting -= first ? 1 : 0;
        if (flight.waiting == 0) {
          flights.remove(flight);
        }
      }
    } finally {
      lock.unlock();
    }
    sendWaiting();
    return end;
  }

  /** Says what keeps the line from being served, if that is known; called with the lock. */
  private String because(String what) {
    for (HazelcastFlight flight : flights) {
      if (flight.problem != null && flight.problem.getMessage() != null) {
        return what + " (" + flight.problem.getMessage() + ")";
      }
    }
    return what;
  }

  /** Called with the lock. */
  private StoreException end(HazelcastFlight flight, String why) {
    return mode == BatchMode.WRITES && (flight.out || flight.doubtful)
        ? new OutcomeUnknownException(why, flight.problem)
        : new StoreUnavailableException(why, flight.problem);
  }

  private void sendWaiting() {
    while (true) {
      HazelcastFlight flight = takeWaiting();
      if (flight == null) {
        return;
      }
      send(flight);
    }
  }

  private @Nullable HazelcastFlight takeWaiting() {
    lock.lock();
    try {
      gathering = false;
      if (queue.isEmpty() || flights.size() >= mostFlights) {
        return null;
      }
      List<HazelcastCall> calls = new ArrayList<>();
      int requests = 0;
      long bytes = 0;
      for (HazelcastCall call = queue.peek(); call != null; call = queue.peek()) {
        if (call.sent != null) {
          requests++;
          bytes += call.sent.length;
          if (requests > 1 && (requests > BATCH_CALLS || bytes > BATCH_BYTES)) {
            break;
          }
        }
        calls.add(queue.remove());
      }
      sequence++;
      HazelcastFlight flight = new HazelcastFlight(calls, sequence);
      calls.forEach(call -> call.flight = flight);
      flights.add(flight);
      return flight;
    } finally {
      lock.unlock();
    }
  }

  private void send(HazelcastFlight flight) {
    Thread unused = link.runtime().start("plinth-hazelcast-batch", () -> sendAndWait(flight));
  }

  /** Blocks: what Hazelcast offers instead starts a thread, or two, for each answer. */
  private void sendAndWait(HazelcastFlight flight) {
    long seen = link.seen();
    Departure departure = depart(flight);
    if (departure == null) {
      return;
    }
    boolean confirming = mode == BatchMode.READS;
    OwnerReads.Question question = link.ownerReads().ask();
    // A read has another number each time it is sent, so that no attempt is taken for another one.
    long number = confirming ? link.confirmations().begin() : flight.sequence;
    BatchOutcome outcome;
    Optional<HazelcastState> found = Optional.empty();
    try {
      outcome = BatchOutcome.decode(link.send(mode, number, departure.again(), flight.requests()));
      if (outcome instanceof BatchOutcome.Served || outcome instanceof BatchOutcome.Begun) {
        link.checkConfirmed();
      }
    } catch (RuntimeException failure) {
      boolean tooFew =
          failure instanceof SplitBrainProtectionException
              || failure instanceof NoDataMemberInClusterException;
      repeat(
          flight,
          departure.attempt(),
          tooFew
              ? new StoreUnavailableException("fewer members than minimum-members", failure)
              : failure,
          !tooFew);
      return;
    } finally {
      if (confirming) {
        found = link.confirmations().end(number);
      }
    }
    answered(flight, departure.attempt(), seen, found, question, outcome);
  }

  /**
   * What leaves.
   *
   * @param attempt which attempt it is
   * @param again whether one before may have been carried out
   */
  private record Departure(int attempt, boolean again) {}

  /**
   * Only from here on may a batch have been carried out. A call that was given up before was told
   * that nothing happened, so it stays behind; nothing leaves if nobody waits.
   */
  private @Nullable Departure depart(HazelcastFlight flight) {
    lock.lock();
    try {
      if (!flights.contains(flight)) {
        return null;
      }
      if (!flight.doubtful) {
        flight.calls.removeIf(call -> call.over);
      }
      flight.out = true;
      flight.sentAt = link.runtime().nanoTime();
      return new Departure(flight.attempts, flight.doubtful);
    } finally {
      lock.unlock();
    }
  }

  private void answered(
      HazelcastFlight flight,
      int attempt,
      long seen,
      Optional<HazelcastState> found,
      OwnerReads.Question question,
      BatchOutcome outcome) {
    try {
      switch (outcome) {
        case BatchOutcome.Served served -> {
          link.note(served, seen);
          Optional<HazelcastState> confirmed = found.filter(served::isOf);
          confirmed.ifPresent(question::confirmed);
          replica = confirmed.isPresent();
          complete(flight, served.each(), confirmed);
        }
        case BatchOutcome.Begun begun -> {
          link.note(begun);
          StoreException why = new StoreUnavailableException("the owner has just begun");
          repeat(flight, attempt, why, false, pauseAfterBeginning(flight, attempt));
        }
        case BatchOutcome.NotServed not ->
            repeat(flight, attempt, new StoreUnavailableException(not.reason()), false);
        case BatchOutcome.Lost lost ->
            fail(flight, new IncarnationLostException("the data is lost: " + lost.reason()));
        case BatchOutcome.Unknown unknown ->
            fail(flight, new OutcomeUnknownException(unknown.reason()));
      }
    } catch (IncarnationLostException other) {
      fail(flight, other);
    }
  }

  private void complete(
      HazelcastFlight flight, List<byte[]> answers, Optional<HazelcastState> confirmed) {
    if (!land(flight)) {
      return;
    }
    HazelcastCall.Reply seen = new HazelcastCall.Reply(new byte[0], confirmed);
    List<HazelcastCall> unserved = new ArrayList<>();
    int next = 0;
    for (HazelcastCall call : flight.calls) {
      HazelcastCall.Reply reply = seen;
      if (call.sent != null) {
        reply = new HazelcastCall.Reply(answers.get(next), confirmed);
        next++;
      } else if (confirmed.isEmpty()) {
        unserved.add(call);
        continue;
      }
      boolean unused = call.reply.complete(reply);
    }
    sendAfterAll(unserved);
    letOthersJoin();
    sendWaiting();
  }

  /** The replica that was to answer was not there. */
  private void sendAfterAll(List<HazelcastCall> unserved) {
    lock.lock();
    try {
      for (HazelcastCall call : unserved.reversed()) {
        if (closed) {
          boolean unused = call.reply.completeExceptionally(closed());
        } else if (!call.over) {
          call.sent = RequestCodec.encode(call.request);
          call.flight = null;
          queue.addFirst(call);
          watchOver();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void fail(HazelcastFlight flight, StoreException reason) {
    if (!land(flight)) {
      return;
    }
    flight.calls.forEach(call -> call.reply.completeExceptionally(reason));
    sendWaiting();
  }

  /**
   * Ends what was under way. Two attempts may both be answered; the second answer finds nothing
   * that is its own any more, for calls may be in another batch by then.
   */
  private boolean land(HazelcastFlight flight) {
    lock.lock();
    try {
      return flights.remove(flight);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends a batch again after a while.
   *
   * @param attempt the one that ended so; nothing happens if another one has begun since
   * @param doubtful whether it may have been carried out
   */
  private void repeat(
      HazelcastFlight flight, int attempt, @Nullable Throwable why, boolean doubtful) {
    repeat(flight, attempt, why, doubtful, pauseAfter(attempt));
  }

  /** The owner serves whoever says that it has begun; who is told so twice waits, as always. */
  private Duration pauseAfterBeginning(HazelcastFlight flight, int attempt) {
    lock.lock();
    try {
      boolean again = flight.begun;
      flight.begun = true;
      return again ? pauseAfter(attempt) : Duration.ZERO;
    } finally {
      lock.unlock();
    }
  }

  private static Duration pauseAfter(int attempt) {
    return Duration.ofMillis(FIRST_PAUSE_MILLIS << Math.min(attempt + 1, 5));
  }

  private void repeat(
      HazelcastFlight flight,
      int attempt,
      @Nullable Throwable why,
      boolean doubtful,
      Duration pause) {
    StoreException end;
    lock.lock();
    try {
      flight.doubtful |= doubtful;
      if (flight.attempts != attempt) {
        return;
      }
      flight.out = false;
      flight.problem = why;
      flight.attempts++;
      if (!flights.contains(flight)) {
        return;
      }
      end = end(flight, "this member of the store has stopped");
    } finally {
      lock.unlock();
    }
    if (why instanceof HazelcastInstanceNotActiveException) {
      fail(flight, end);
      return;
    }
    StoreRuntime.Scheduled unused = link.runtime().schedule(pause, () -> send(flight));
  }

  /** Ends every call as closed, now and later. */
  void close() {
    List<HazelcastCall> ended = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      if (look != null) {
        look.cancel();
      }
      ended.addAll(queue);
      queue.clear();
      flights.forEach(flight -> ended.addAll(flight.calls));
      flights.clear();
    } finally {
      lock.unlock();
    }
    ended.forEach(call -> call.reply.completeExceptionally(closed()));
  }
}

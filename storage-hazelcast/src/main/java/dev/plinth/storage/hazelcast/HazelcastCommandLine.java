package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.partition.NoDataMemberInClusterException;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  private final HazelcastLink link;
  private final BatchMode mode;
  private final int mostFlights;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<HazelcastCall> queue = new ArrayDeque<>();
  private final Set<HazelcastFlight> flights = new HashSet<>();
  private long sequence;
  private boolean closed;

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

  /** Asks; {@link #await} must follow. */
  HazelcastCall start(Request request) {
    return start(RequestCodec.encode(request));
  }

  HazelcastCall start(byte[] request) {
    HazelcastCall call =
        new HazelcastCall(request, link.runtime().nanoTime() + link.callTimeout().toNanos());
    if (Thread.currentThread().isInterrupted()) {
      throw new StoreUnavailableException("interrupted before anything was sent to the store");
    }
    lock.lock();
    try {
      if (closed) {
        throw closed();
      }
      queue.add(call);
    } finally {
      lock.unlock();
    }
    sendWaiting();
    return call;
  }

  private static HandleClosedException closed() {
    return new HandleClosedException("the store is closed");
  }

  Answer await(HazelcastCall call) {
    byte[] encoded;
    try {
      encoded = answer(call);
    } catch (TimeoutException late) {
      throw givenUp(call, "the store did not answer in time");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw givenUp(call, "interrupted while waiting for the store");
    } catch (ExecutionException failed) {
      throw thrownHere(failed.getCause());
    } catch (CancellationException impossible) {
      throw new IllegalStateException("nobody cancels a call", impossible);
    }
    Answer answer = AnswerCodec.decode(encoded);
    if (answer instanceof Answer.Refused refused) {
      throw refused.reason();
    }
    return answer;
  }

  private byte[] answer(HazelcastCall call)
      throws InterruptedException, ExecutionException, TimeoutException {
    long part = link.callTimeout().toNanos() / TRIES;
    while (call.deadline - link.runtime().nanoTime() > part) {
      try {
        return call.answer.get(part, TimeUnit.NANOSECONDS);
      } catch (TimeoutException silence) {
        askAgain(call, part);
      }
    }
    return call.answer.get(call.deadline - link.runtime().nanoTime(), TimeUnit.NANOSECONDS);
  }

  /** Sends the batch of a call again if nothing was heard of it for long. */
  private void askAgain(HazelcastCall call, long silence) {
    HazelcastFlight flight;
    int attempt;
    lock.lock();
    try {
      flight = call.flight;
      if (flight == null
          || !flight.out
          || link.runtime().nanoTime() - flight.sentAt < silence - silence / TRIES) {
        return;
      }
      attempt = flight.attempts;
    } finally {
      lock.unlock();
    }
    repeat(flight, attempt, new StoreUnavailableException("nothing was heard in time"), true);
  }

  /** Callers of one batch share what happened, but not an exception that each may add to. */
  private static RuntimeException thrownHere(@Nullable Throwable cause) {
    String text = cause == null ? "" : String.valueOf(cause.getMessage());
    return switch (cause) {
      case HandleClosedException ended -> new HandleClosedException(text, ended);
      case IncarnationLostException lost -> new IncarnationLostException(text, lost);
      case OutcomeUnknownException unknown -> new OutcomeUnknownException(text, unknown);
      case StoreUnavailableException none -> new StoreUnavailableException(text, none);
      case null, default -> new IllegalStateException("a call failed", cause);
    };
  }

  private StoreException givenUp(HazelcastCall call, String why) {
    StoreException end;
    lock.lock();
    try {
      HazelcastFlight flight = call.flight;
      if (flight == null) {
        queue.remove(call);
        end = new StoreUnavailableException(why + ": the request was not sent");
      } else {
        end = end(flight, why);
        flight.waiting--;
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
      send(flight, false);
    }
  }

  private @Nullable HazelcastFlight takeWaiting() {
    lock.lock();
    try {
      if (queue.isEmpty() || flights.size() >= mostFlights) {
        return null;
      }
      List<HazelcastCall> calls = new ArrayList<>();
      long bytes = 0;
      while (!queue.isEmpty()
          && calls.size() < BATCH_CALLS
          && (calls.isEmpty() || bytes + queue.element().request.length <= BATCH_BYTES)) {
        HazelcastCall call = queue.remove();
        bytes += call.request.length;
        calls.add(call);
      }
      sequence++;
      HazelcastFlight flight = new HazelcastFlight(calls, sequence);
      calls.forEach(call -> call.flight = flight);
      flight.out = true;
      flights.add(flight);
      return flight;
    } finally {
      lock.unlock();
    }
  }

  private void send(HazelcastFlight flight, boolean again) {
    long seen = link.seen();
    int attempt = began(flight);
    try {
      var unused =
          link.send(mode, flight.sequence, again, flight.requests())
              .whenCompleteAsync(
                  (answer, failure) -> answered(flight, attempt, seen, answer, failure),
                  task -> link.runtime().start("plinth-hazelcast-answers", task));
    } catch (RuntimeException notSent) {
      repeat(flight, attempt, notSent, false);
    }
  }

  private int began(HazelcastFlight flight) {
    lock.lock();
    try {
      flight.sentAt = link.runtime().nanoTime();
      return flight.attempts;
    } finally {
      lock.unlock();
    }
  }

  private void answered(
      HazelcastFlight flight,
      int attempt,
      long seen,
      byte @Nullable [] answer,
      @Nullable Throwable failure) {
    if (answer == null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      boolean untouched =
          cause instanceof SplitBrainProtectionException
              || cause instanceof NoDataMemberInClusterException;
      repeat(flight, attempt, cause, !untouched);
      return;
    }
    try {
      switch (BatchOutcome.decode(answer)) {
        case BatchOutcome.Served served -> {
          link.note(served, mode == BatchMode.STALE_READS ? 0 : seen);
          complete(flight, served.each());
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

  private void complete(HazelcastFlight flight, List<byte[]> answers) {
    land(flight);
    for (int i = 0; i < flight.calls.size(); i++) {
      flight.calls.get(i).answer.complete(answers.get(i));
    }
    sendWaiting();
  }

  private void fail(HazelcastFlight flight, StoreException reason) {
    land(flight);
    flight.calls.forEach(call -> call.answer.completeExceptionally(reason));
    sendWaiting();
  }

  private void land(HazelcastFlight flight) {
    lock.lock();
    try {
      flights.remove(flight);
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
    int attempts;
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
      attempts = flight.attempts;
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
    Duration pause = Duration.ofMillis(FIRST_PAUSE_MILLIS << Math.min(attempts, 5));
    StoreRuntime.Scheduled unused = link.runtime().schedule(pause, () -> sendAgain(flight));
  }

  private void sendAgain(HazelcastFlight flight) {
    boolean again;
    lock.lock();
    try {
      if (!flights.contains(flight)) {
        return;
      }
      flight.out = true;
      again = flight.doubtful;
    } finally {
      lock.unlock();
    }
    send(flight, again);
  }

  /** Ends every call as closed, now and later. */
  void close() {
    List<HazelcastCall> ended = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      ended.addAll(queue);
      queue.clear();
      flights.forEach(flight -> ended.addAll(flight.calls));
      flights.clear();
    } finally {
      lock.unlock();
    }
    ended.forEach(call -> call.answer.completeExceptionally(closed()));
  }
}

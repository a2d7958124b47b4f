package dev.plinth.storage.hazelcast;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** One request on its way, and what comes back. All but the reply belongs to the line's lock. */
final class HazelcastCall {
  final Request request;
  final long deadline;

  /** Ends with what came back, or with what went wrong. */
  final CompletableFuture<Reply> reply = new CompletableFuture<>();

  /** What is sent of it; nothing if its caller finds the answer in a state that is confirmed. */
  byte @Nullable [] sent;

  /** The batch that carries it; none while it waits. */
  @Nullable HazelcastFlight flight;

  /** Whether its caller was given up. */
  boolean over;

  /** What came back. */
  static final class Reply {
    /** The answer to what was sent; empty if nothing was. */
    final byte[] answer;

    /** The state of this member's replica, if the owner confirmed just that. */
    final Optional<HazelcastState> confirmed;

    Reply(byte[] answer, Optional<HazelcastState> confirmed) {
      this.answer = answer;
      this.confirmed = confirmed;
    }

    /**
     * Finds the answer, by the confirmed state if that has it.
     *
     * @throws StoreException if the request was refused
     */
    Answer answerTo(Request request) {
      if (request instanceof Request.Question question && confirmed.isPresent()) {
        return KeyspaceReads.answer(question, confirmed.get().keyspace());
      }
      Answer decoded = AnswerCodec.decode(answer);
      if (decoded instanceof Answer.Refused refused) {
        throw refused.reason();
      }
      return decoded;
    }
  }

  HazelcastCall(Request request, long deadline) {
    this.request = request;
    this.deadline = deadline;
  }

  /**
   * Waits for what comes back; the line sees to it that something does in time.
   *
   * @throws StoreException if the call failed
   */
  Reply await() throws InterruptedException {
    try {
      return reply.get();
    } catch (ExecutionException failed) {
      throw thrownHere(failed.getCause());
    } catch (CancellationException impossible) {
      throw new IllegalStateException("nobody cancels a call", impossible);
    }
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
}

package dev.plinth.storage.hazelcast;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
  }

  HazelcastCall(Request request, long deadline) {
    this.request = request;
    this.deadline = deadline;
  }
}

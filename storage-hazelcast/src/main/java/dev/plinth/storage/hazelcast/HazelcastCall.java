package dev.plinth.storage.hazelcast;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One request on its way, and its answer. The flight belongs to the line's lock. */
final class HazelcastCall {
  final byte[] request;
  final long deadline;

  /** Ends with the encoded answer, or with what went wrong. */
  final CompletableFuture<byte[]> answer = new CompletableFuture<>();

  /** The batch that carries it; none while it waits. */
  @Nullable HazelcastFlight flight;

  HazelcastCall(byte[] request, long deadline) {
    this.request = request;
    this.deadline = deadline;
  }
}

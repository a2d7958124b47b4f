package dev.plinth.storage.hazelcast;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch on its way, until it is answered or nobody waits for it. Belongs to a line's lock. */
final class HazelcastFlight {
  final List<HazelcastCall> calls;
  final long sequence;

  /** How many of the calls somebody still waits for. */
  int waiting;

  /** How often it was sent. */
  int attempts;

  /** When it was last sent, by the runtime's clock. */
  long sentAt;

  /** Whether it has left and an answer may still come. */
  boolean out;

  /** Whether an owner said that it has begun. */
  boolean begun;

  /** Whether an attempt ended without saying whether it was carried out. */
  boolean doubtful;

  /** What the last attempt ended with. */
  @Nullable Throwable problem;

  HazelcastFlight(List<HazelcastCall> calls, long sequence) {
    this.calls = calls;
    this.sequence = sequence;
    this.waiting = calls.size();
  }

  List<byte[]> requests() {
    List<byte[]> requests = new ArrayList<>();
    for (HazelcastCall call : calls) {
      if (call.sent != null) {
        requests.add(call.sent);
      }
    }
    return requests;
  }
}

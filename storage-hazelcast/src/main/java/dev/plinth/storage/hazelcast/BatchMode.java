package dev.plinth.storage.hazelcast;

import java.util.List;

/** How a batch is carried out; the numbers are sent. */
enum BatchMode {
  /** Applied once, however often it is sent, and remembered for that (H3). */
  WRITES,
  /** Answered once all replicas are known to be where the owner is (H8). */
  READS;

  private static final List<BatchMode> ALL = List.of(values());

  static BatchMode of(int number) {
    return ALL.get(number);
  }
}

package dev.plinth.storage.hazelcast;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Which revision was current when: notes one now and then, so that what is older than wanted can be
 * given up. One thread at a time.
 */
final class HistoryNotes {
  private record Note(long time, long revision) {}

  /** Notes in one age: the history is kept by that part of it longer at most. */
  private static final int NOTES = 8;

  private final long age;
  private final ArrayDeque<Note> notes = new ArrayDeque<>();
  private long next;

  HistoryNotes(Duration age, long now) {
    this.age = age.isZero() ? 0 : Math.max(NOTES, age.toNanos());
    this.next = now;
  }

  boolean isDue(long now) {
    return age > 0 && next - now <= 0;
  }

  long next() {
    return age > 0 ? next : Long.MAX_VALUE;
  }

  /** Notes a revision and returns the one that was current one age ago, or 0. */
  long note(long now, long revision) {
    next = now + age / NOTES;
    notes.add(new Note(now, revision));
    long oldest = 0;
    while (!notes.isEmpty() && now - notes.element().time() >= age) {
      oldest = notes.remove().revision();
    }
    return oldest;
  }
}

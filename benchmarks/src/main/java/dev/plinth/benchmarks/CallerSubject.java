package dev.plinth.benchmarks;

/** What is measured: a store, or the client that it is compared with. Keys have numbers. */
interface CallerSubject extends AutoCloseable {
  /** Returns whether the key was there. */
  boolean get(int key) throws InterruptedException;

  /** Returns the revision, or 1 where there is none. */
  long put(int key, int value) throws InterruptedException;

  /** Replaces a key that must exist; returns whether it did. */
  boolean replace(int key, int value) throws InterruptedException;

  @Override
  void close();
}

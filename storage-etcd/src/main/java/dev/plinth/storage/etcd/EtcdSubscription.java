package dev.plinth.storage.etcd;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * A watch's place on one stream of the server, until it is cancelled or the stream breaks; then the
 * watch gets another one.
 *
 * <p>Not thread-safe: guarded by the lock of its stream.
 */
final class EtcdSubscription {
  /** The number of the field that says that a response is continued in the next one. */
  private static final int FRAGMENT = 7;

  private final EtcdWatch watch;
  private final WatchCreateRequest request;

  /** What the server calls it, or -1 until it has said so. */
  private long id = -1;

  /** The server's revision when it was created there. */
  private long createdAt;

  private boolean unwanted;

  /** The revision that more events may follow of, and what has come of it. */
  private long incomplete;

  private List<Event> held = new ArrayList<>();

  private final EtcdMarks marks = new EtcdMarks();

  EtcdSubscription(EtcdWatch watch, WatchCreateRequest request) {
    this.watch = watch;
    this.request = request;
  }

  EtcdWatch watch() {
    return watch;
  }

  WatchCreateRequest request() {
    return request;
  }

  long id() {
    return id;
  }

  /** Notes that the server has created it, while so many answers about progress were due. */
  void created(long newId, long revision, int outstanding) {
    id = newId;
    createdAt = revision;
    marks.begin(outstanding);
  }

  /** Passes on how far the server is, if that holds for this watch. */
  void mark(long revision, boolean exact, long now) {
    long passed = marks.judge(revision, createdAt, exact, now);
    if (passed > 0) {
      watch.passed(this, passed, exact);
    }
  }

  /** Notes, before the server has created it, that it is to be cancelled at once. */
  void discard() {
    unwanted = true;
  }

  boolean isUnwanted() {
    return unwanted;
  }

  /**
   * Passes on the revisions that a response completes. A revision ends where the next one begins,
   * or with a response that has no continuation.
   *
   * @return whether the watch took all
   */
  boolean accept(WatchResponse response) {
    marks.disturb();
    for (Event event : response.getEventsList()) {
      long revision = event.getKv().getModRevision();
      if (revision != incomplete && !pass()) {
        return false;
      }
      incomplete = revision;
      held.add(event);
    }
    return isContinued(response) || pass();
  }

  private boolean pass() {
    if (held.isEmpty()) {
      return true;
    }
    List<Event> events = held;
    held = new ArrayList<>();
    long bytes = 0;
    for (Event event : events) {
      bytes += EtcdRevised.bytesOf(event);
    }
    return watch.offer(this, new EtcdRevised(incomplete, events, bytes));
  }

  private static boolean isContinued(WatchResponse response) {
    // The generated classes are older than the field.
    return response.getUnknownFields().getField(FRAGMENT).getVarintList().contains(1L);
  }
}

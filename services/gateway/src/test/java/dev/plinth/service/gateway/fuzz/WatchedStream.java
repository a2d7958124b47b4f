package dev.plinth.service.gateway.fuzz;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.plinth.service.gateway.RawWatch;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The watches of a script, on one stream, and what they delivered. One thread at a time. */
final class WatchedStream implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Within which a server that is up to date has answered. */
  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(20);

  private final RawWatch stream;
  private final Set<Long> live = new HashSet<>();

  /** By id, what came, in order; an id that is used again goes on where it was. */
  private final Map<Long, StringBuilder> delivered = new TreeMap<>();

  private final long base;
  private long compacted;

  private WatchedStream(RawWatch stream, long base) {
    this.stream = stream;
    this.base = base;
    this.compacted = base;
  }

  /**
   * Opens a stream.
   *
   * @param base from which revisions count
   */
  static WatchedStream open(Channel channel, long base) {
    return new WatchedStream(RawWatch.open(channel), base);
  }

  /** Notes which revision is the oldest that can still be read. */
  void compacted(long revision) {
    compacted = Math.max(compacted, revision);
  }

  /** Creates or cancels a watch, and returns the answer; an empty one if none is due. */
  Message ask(WatchRequest request) {
    if (request.hasCreateRequest()) {
      stream.create(request.getCreateRequest().toBuilder());
      WatchResponse answer = stream.next();
      while (!answer.getCreated()) {
        note(answer);
        answer = stream.next();
      }
      if (!answer.getCanceled()) {
        live.add(answer.getWatchId());
      }
      return answer;
    }
    long id = request.getCancelRequest().getWatchId();
    stream.cancel(id);
    return live.contains(id) ? awaitCancelled(id) : WatchResponse.getDefaultInstance();
  }

  private WatchResponse awaitCancelled(long id) {
    WatchResponse answer = stream.next();
    while (!isCancellation(answer) || answer.getWatchId() != id) {
      note(answer);
      answer = stream.next();
    }
    live.remove(id);
    return answer;
  }

  private static boolean isCancellation(WatchResponse answer) {
    return answer.getCanceled() && answer.getCompactRevision() == 0;
  }

  /** Waits until every watch is up to date, and returns what all of them delivered. */
  String deliveredUpTo(long revision) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean upToDate = live.isEmpty();
    while (!upToDate) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not up to date within " + PATIENCE + ": " + live);
      }
      stream.askForProgress();
      Optional<WatchResponse> answer = stream.poll(BETWEEN_QUESTIONS);
      while (answer.isPresent() && !upToDate) {
        note(answer.get());
        upToDate =
            live.isEmpty()
                || (isProgress(answer.get()) && answer.get().getHeader().getRevision() >= revision);
        answer = upToDate ? Optional.empty() : stream.poll(BETWEEN_QUESTIONS);
      }
    }
    return delivered.toString();
  }

  private static boolean isProgress(WatchResponse answer) {
    return answer.getWatchId() == -1 && answer.getEventsCount() == 0 && !answer.getCreated();
  }

  private void note(WatchResponse answer) {
    if (answer.getWatchId() == -1) {
      return;
    }
    if (isCancellation(answer)) {
      live.remove(answer.getWatchId());
      return;
    }
    // The deletion that a script begins with is gone from etcd only when it has compacted, later.
    List<Event> events =
        answer.getEventsList().stream()
            .filter(event -> event.getKv().getModRevision() > base)
            .toList();
    if (events.isEmpty() && !answer.getCanceled()) {
      return;
    }
    StringBuilder log = delivered.computeIfAbsent(answer.getWatchId(), _ -> new StringBuilder());
    for (Event event : events) {
      Message moved = Revisions.moved(withoutWhatIsCompacted(event), -base);
      log.append(TextFormat.printer().emittingSingleLine(true).printToString(moved)).append('\n');
    }
    if (answer.getCanceled()) {
      log.append("overtaken by ").append(answer.getCompactRevision() - base).append('\n');
      // As clients do, or the id would stay taken and nothing be up to date.
      stream.cancel(answer.getWatchId());
    }
  }

  /** What was before the compaction is gone in etcd; the gateway may still have it. */
  private Event withoutWhatIsCompacted(Event event) {
    return event.getKv().getModRevision() > compacted
        ? event
        : event.toBuilder().clearPrevKv().build();
  }

  @Override
  public void close() {
    stream.close();
  }
}

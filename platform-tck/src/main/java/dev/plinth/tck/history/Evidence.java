package dev.plinth.tck.history;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** When it was first known to somebody that a store had reached a revision. */
final class Evidence {
  /** A moment: its tick, and the store's clock then. */
  record Moment(long tick, long time) {
    static final Moment NEVER = new Moment(Long.MAX_VALUE, Long.MAX_VALUE);

    private Moment earlier(Moment other) {
      return new Moment(Math.min(tick, other.tick), Math.min(time, other.time));
    }
  }

  private final NavigableMap<Long, Moment> first = new TreeMap<>();

  Evidence(History history) {
    NavigableMap<Long, Moment> stated = new TreeMap<>();
    for (Call call : history.calls()) {
      call.revision()
          .ifPresent(revision ->
              stated.merge(
                  revision.value(),
                  new Moment(call.returned(), call.timeReturned()),
                  Moment::earlier));
    }
    for (WatchLog log : history.watches()) {
      for (WatchLog.Delivery delivery : log.deliveries()) {
        stated.merge(
            delivery.batch().revision().value(),
            new Moment(delivery.tick(), delivery.time()),
            Moment::earlier);
      }
    }
    Moment earliest = Moment.NEVER;
    for (Map.Entry<Long, Moment> entry : stated.descendingMap().entrySet()) {
      earliest = earliest.earlier(entry.getValue());
      first.put(entry.getKey(), earliest);
    }
  }

  /** The earliest moment at which a revision, or a later one, was stated. */
  Moment reached(long revision) {
    Map.Entry<Long, Moment> entry = first.ceilingEntry(revision);
    return entry == null ? Moment.NEVER : entry.getValue();
  }
}

package dev.plinth.service.centro.dispatch;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * How long things have been the case, as one observer saw it by its own clock.
 *
 * <p>One thread at a time. Whoever begins to observe starts with an empty one, so that everything
 * has its full time again.
 *
 * @param <T> what is observed
 */
final class Deadlines<T> {
  private final Map<T, Long> since = new HashMap<>();

  /**
   * Looks once more.
   *
   * @param present everything that is the case now; what is missing starts anew when it is back
   * @param now nanoseconds of a clock that never steps
   * @param limit how long each may be the case
   * @return what has been the case for that long, at every look since
   */
  Set<T> due(Set<T> present, long now, Function<T, Duration> limit) {
    since.keySet().retainAll(present);
    Set<T> due = new HashSet<>();
    for (T one : present) {
      long first = since.computeIfAbsent(one, unseen -> now);
      if (now - first >= limit.apply(one).toNanos()) {
        due.add(one);
      }
    }
    return due;
  }
}

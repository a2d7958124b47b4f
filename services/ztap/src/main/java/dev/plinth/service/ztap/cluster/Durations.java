package dev.plinth.service.ztap.cluster;

import java.time.Duration;

/** Durations as people and configuration files write them. */
final class Durations {
  private Durations() {}

  /** Returns such as {@code 250ms}, {@code 5s}, {@code 1m5s}, {@code 26h3m10s}. */
  static String text(Duration duration) {
    if (duration.isNegative()) {
      return "0s";
    }
    long millis = duration.toMillis();
    if (millis > 0 && millis < 1000) {
      return millis + "ms";
    }
    StringBuilder text = new StringBuilder();
    long hours = duration.toHours();
    int minutes = duration.toMinutesPart();
    if (hours > 0) {
      text.append(hours).append('h');
    }
    if (hours > 0 || minutes > 0) {
      text.append(minutes).append('m');
    }
    text.append(duration.toSecondsPart());
    int rest = duration.toMillisPart();
    if (rest > 0) {
      text.append('.').append("%03d".formatted(rest).replaceAll("0+$", ""));
    }
    return text.append('s').toString();
  }
}

package dev.plinth.chassis.metrics;

/** All measurements as one text. Thread-safe. */
public interface MetricsPage {
  /** The media type of {@link #text}. */
  String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /**
   * Returns what is measured now.
   *
   * @return in the text format of Prometheus
   */
  String text();
}

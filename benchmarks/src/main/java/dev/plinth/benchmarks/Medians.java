package dev.plinth.benchmarks;

import java.util.List;

/** What most rounds agree on. */
final class Medians {
  private Medians() {}

  /** Returns the middle one, or what lies between the two in the middle; there must be one. */
  static double of(List<Double> scores) {
    List<Double> sorted = scores.stream().sorted().toList();
    int size = sorted.size();
    return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
  }
}

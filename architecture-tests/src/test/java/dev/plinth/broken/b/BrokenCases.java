package dev.plinth.broken.b;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Breaks a rule: it has a test that the build does not look for. */
final class BrokenCases {
  @Test
  void holds() {
    assertThat(1).isPositive();
  }
}

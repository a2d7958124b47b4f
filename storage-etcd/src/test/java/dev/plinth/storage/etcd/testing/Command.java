package dev.plinth.storage.etcd.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A program that runs to its end. Immutable. */
record Command(List<String> words, Map<String, String> environment) {
  static Command of(List<String> words) {
    return new Command(words, Map.of());
  }

  Command {
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
  }

  /** Returns what it printed; fails with that if it ended otherwise than with zero. */
  String run() {
    Result result = attempt();
    if (result.status() != 0) {
      throw new IllegalStateException(
          String.join(" ", words) + " ended with " + result.status() + ": " + result.output());
    }
    return result.output();
  }

  /** How a program ended, and what it printed on both of its streams. */
  record Result(int status, String output) {}

  Result attempt() {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().putAll(new HashMap<>(environment));
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Result(process.waitFor(), output);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during " + words, interrupted);
    }
  }
}

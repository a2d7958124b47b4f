package dev.plinth.distribution.cli;

import static java.util.Objects.requireNonNull;

import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/**
 * Where a command reads and writes.
 *
 * @param in what a script pipes in
 * @param out results
 * @param err what went wrong
 * @param environment the variables
 * @param clock the time of day
 */
public record Console(
    InputStream in,
    PrintWriter out,
    PrintWriter err,
    Map<String, String> environment,
    InstantSource clock) {
  /** Copies the environment. */
  public Console {
    requireNonNull(in, "in");
    requireNonNull(out, "out");
    requireNonNull(err, "err");
    environment = Map.copyOf(environment);
  }

  /**
   * Returns the console of this process.
   *
   * @return its standard streams, in UTF-8
   */
  public static Console standard() {
    return new Console(
        System.in,
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        System.getenv(),
        InstantSource.system());
  }
}

package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The launcher as it is packaged. Each start uses an ahead-of-time cache, as every start of a user
 * but the first does; it is made once for all tests.
 */
final class PackagedLauncher {
  private static final Path SCRIPT = Path.of("target", "plinth", "bin", "plinth").toAbsolutePath();

  /** Made when the first test asks for it; others wait for it. */
  private static final class Cache {
    private static final Path FOLDER = Path.of("target", "aot").toAbsolutePath();

    static {
      prepare();
    }

    private static void prepare() {
      try {
        // A run that was ended in the middle leaves the lock of who makes the cache.
        Files.createDirectories(FOLDER);
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(FOLDER, "*.lock")) {
          for (Path lock : locks) {
            Files.delete(lock);
          }
        }
        Process preparing = process(FOLDER, List.of("prepare")).redirectErrorStream(true).start();
        String said = new String(preparing.getInputStream().readAllBytes(), UTF_8);
        if (preparing.waitFor() != 0) {
          throw new IllegalStateException("no ahead-of-time cache: " + said);
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a cache was made", interrupted);
      }
    }
  }

  private PackagedLauncher() {}

  /**
   * A process that runs a command.
   *
   * @param folder where it keeps its state
   * @param arguments the command with its options
   */
  static ProcessBuilder command(Path folder, List<String> arguments) {
    ProcessBuilder builder = process(Cache.FOLDER, arguments);
    builder.environment().put("XDG_STATE_HOME", folder.resolve("state").toString());
    // As in the tests of the modules: the JVM as users have it belongs to the longer matrix.
    builder
        .environment()
        .put(
            "PLINTH_JAVA_OPTS",
            System.getProperty("plinth.test.compiler", "-XX:+TieredCompilation"));
    return builder;
  }

  private static ProcessBuilder process(Path cache, List<String> arguments) {
    List<String> words = new ArrayList<>(List.of(SCRIPT.toString()));
    words.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("PLINTH_CACHE", cache.toString());
    // A start that finds no cache would make one, at the expense of the tests beside it.
    builder.environment().put("PLINTH_AOT", "off");
    return builder;
  }
}

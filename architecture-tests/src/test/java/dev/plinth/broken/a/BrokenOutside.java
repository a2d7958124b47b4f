package dev.plinth.broken.a;

import com.google.inject.Guice;
import com.google.inject.Injector;
import dev.plinth.distribution.Launcher;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Logger;
import org.junit.jupiter.api.Assertions;
import picocli.CommandLine;

/**
 * Breaks rules that hold everywhere: reads the clock, prints, keeps static state, knows the
 * launcher and tests.
 */
@SuppressWarnings("all")
public final class BrokenOutside {
  static final Map<String, String> CONSTANT = Map.of();
  static final HashMap<String, String> STATE = new HashMap<>();

  @com.google.inject.Inject CommandLine injected;

  Injector injector() {
    return Guice.createInjector();
  }

  Class<?> launcher() {
    return Launcher.class;
  }

  boolean isLauncher(Object any) {
    return any instanceof Launcher;
  }

  @com.google.inject.Inject
  void inject(String value) {
    STATE.put(value, value);
  }

  long time() {
    return System.currentTimeMillis();
  }

  void print() {
    System.out.println("");
    Logger.getLogger("").info("");
    Assertions.assertTrue(true);
  }

  Object cycle() {
    return new dev.plinth.broken.b.BrokenHelper();
  }
}

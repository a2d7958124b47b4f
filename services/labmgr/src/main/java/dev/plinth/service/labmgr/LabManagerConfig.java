package dev.plinth.service.labmgr;

import dev.plinth.service.labmgr.provider.Simulation;
import dev.plinth.service.labmgr.provider.Simulation.Action;
import dev.plinth.service.labmgr.worker.LabWorkerTiming;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The section {@code labmgr} of the configuration.
 *
 * <p>Immutable.
 *
 * @param httpPort where the API is served
 * @param keyPrefix below which everything is stored
 * @param bookmarkInterval how often an idle watch is marked
 * @param workers how many resources are looked at concurrently
 * @param leaderTtl after how long another instance takes over from one that vanished
 * @param firstRetry the delay after the first failure; it doubles with each further one
 * @param longestRetry the longest delay
 * @param timing how patient the controller of workers is
 * @param secretEnvironment the environment variables that specifications may refer to
 * @param secretFiles the files that specifications may refer to
 * @param simulation the script of the simulated cloud
 */
record LabManagerConfig(
    int httpPort,
    String keyPrefix,
    Duration bookmarkInterval,
    int workers,
    Duration leaderTtl,
    Duration firstRetry,
    Duration longestRetry,
    LabWorkerTiming timing,
    Set<String> secretEnvironment,
    Set<String> secretFiles,
    Simulation simulation) {

  LabManagerConfig {
    secretEnvironment = Set.copyOf(secretEnvironment);
    secretFiles = Set.copyOf(secretFiles);
  }

  static LabManagerConfig from(Settings settings) {
    settings.allowOnly(
        "http-port",
        "key-prefix",
        "bookmark-interval",
        "workers",
        "leader-ttl",
        "retry-first",
        "retry-longest",
        "poll-interval",
        "health-interval",
        "provision-timeout",
        "start-timeout",
        "drain-timeout",
        "provider",
        "secrets",
        "simulation");
    settings.oneOf("provider", "simulated", "simulated");
    Settings secrets = settings.section("secrets");
    secrets.allowOnly("environment", "files");
    return new LabManagerConfig(
        settings.integer("http-port", 8003, 0, 65_535),
        keyPrefix(settings),
        positive(settings, "bookmark-interval", Duration.ofSeconds(30)),
        settings.integer("workers", 4, 1, 64),
        positive(settings, "leader-ttl", Duration.ofSeconds(10)),
        positive(settings, "retry-first", Duration.ofMillis(500)),
        positive(settings, "retry-longest", Duration.ofMinutes(1)),
        new LabWorkerTiming(
            positive(settings, "poll-interval", Duration.ofSeconds(1)),
            positive(settings, "health-interval", Duration.ofSeconds(30)),
            positive(settings, "provision-timeout", Duration.ofMinutes(15)),
            positive(settings, "start-timeout", Duration.ofMinutes(15)),
            positive(settings, "drain-timeout", Duration.ofMinutes(10))),
        Set.copyOf(secrets.strings("environment", List.of())),
        Set.copyOf(secrets.strings("files", List.of())),
        simulation(settings.section("simulation")));
  }

  private static String keyPrefix(Settings settings) {
    String prefix = settings.string("key-prefix", "/lab-resource-manager");
    if (prefix.replace("/", "").isBlank()) {
      throw new SettingsException(
          "labmgr.key-prefix", "must not be the top of the store: other services live there");
    }
    return prefix;
  }

  private static Duration positive(Settings settings, String key, Duration fallback) {
    Duration duration = settings.duration(key, fallback);
    if (duration.isZero()) {
      throw new SettingsException(settings.path() + "." + key, "must be longer than zero");
    }
    return duration;
  }

  private static Simulation simulation(Settings settings) {
    List<String> keys = new ArrayList<>(List.of("errors", "refusals", "lost-after"));
    Map<Action, Duration> delays = new EnumMap<>(Action.class);
    for (Action action : Action.values()) {
      String key = action.text() + "-delay";
      keys.add(key);
      Duration usual =
          action == Action.PROVISION || action == Action.START
              ? Duration.ofSeconds(3)
              : Duration.ofSeconds(1);
      delays.put(action, settings.duration(key, usual));
    }
    settings.allowOnly(keys.toArray(String[]::new));
    Map<Action, Integer> errors = new EnumMap<>(Action.class);
    for (String each : settings.strings("errors", List.of())) {
      errors.put(action(settings, "errors", each), count(settings, "errors", each));
    }
    Map<Action, String> refusals = new EnumMap<>(Action.class);
    for (String each : settings.strings("refusals", List.of())) {
      refusals.put(
          action(settings, "refusals", each), each.substring(each.indexOf('=') + 1).strip());
    }
    Optional<Duration> lostAfter =
        settings.has("lost-after")
            ? Optional.of(settings.duration("lost-after", Duration.ZERO))
            : Optional.empty();
    return new Simulation(delays, errors, refusals, lostAfter);
  }

  private static Action action(Settings settings, String key, String entry) {
    return Optional.of(entry)
        .filter(text -> text.contains("="))
        .map(text -> text.substring(0, text.indexOf('=')).strip())
        .flatMap(Action::of)
        .orElseThrow(() ->
            new SettingsException(
                settings.path() + "." + key,
                "'"
                    + entry
                    + "' does not begin with one of: provision=, start=, license=, drain=,"
                    + " unlicense=, stop=, terminate="));
  }

  private static int count(Settings settings, String key, String entry) {
    try {
      return Integer.parseInt(entry.substring(entry.indexOf('=') + 1).strip());
    } catch (NumberFormatException notANumber) {
      throw new SettingsException(
          settings.path() + "." + key, "'" + entry + "' does not end with a whole number");
    }
  }
}

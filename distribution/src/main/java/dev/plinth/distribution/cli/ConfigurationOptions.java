package dev.plinth.distribution.cli;

import dev.plinth.chassis.config.ConfigLoader;
import dev.plinth.chassis.config.FlagValue;
import dev.plinth.distribution.wiring.LauncherConfig;
import dev.plinth.spi.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The options that say what the configuration is; the same for the launcher and for its clients.
 */
final class ConfigurationOptions {
  /** Variables of the scripts, which are not configuration. */
  private static final Set<String> SCRIPT_VARIABLES =
      Set.of("PLINTH_HEAP", "PLINTH_CACHE", "PLINTH_AOT", "PLINTH_JAVA_OPTS", "PLINTH_ETCD_HOME");

  private final Console console;

  @Option(
      scope = ScopeType.INHERIT,
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration (default: conf/plinth.yaml of the archive).")
  private Optional<Path> file = Optional.empty();

  @Option(
      scope = ScopeType.INHERIT,
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one key, over the environment and the file.")
  private List<String> assignments = new ArrayList<>();

  @Option(
      scope = ScopeType.INHERIT,
      names = "--services",
      paramLabel = "A,B",
      description =
          "Which services start, with gateway for etcd's protocol (default: all but gateway).")
  private Optional<String> services = Optional.empty();

  @Option(
      scope = ScopeType.INHERIT,
      names = "--port-offset",
      paramLabel = "N",
      description = "Added to every port.")
  private Optional<String> portOffset = Optional.empty();

  @Option(
      scope = ScopeType.INHERIT,
      names = "--insecure",
      description =
          "Allows bind-address to be reached from other machines; nothing asks who is there.")
  private boolean insecure;

  @Option(
      scope = ScopeType.INHERIT,
      names = "--port",
      paramLabel = "PORT",
      description = "Short for --set centro.grpc-port=PORT.")
  private Optional<String> port = Optional.empty();

  @Option(
      scope = ScopeType.INHERIT,
      names = "--etcd-endpoints",
      paramLabel = "A,B",
      description = {
        "Short for --set store.etcd.endpoints=A,B; chooses the etcd store",
        "unless another one is named."
      })
  private Optional<String> etcdEndpoints = Optional.empty();

  ConfigurationOptions(Console console) {
    this.console = console;
  }

  /** Reads and checks the configuration. */
  Settings settings() {
    Settings settings = unchecked();
    LauncherConfig.from(settings);
    return settings;
  }

  private Settings unchecked() {
    List<FlagValue> flags = new ArrayList<>();
    assignments.forEach(assignment -> flags.add(FlagValue.set(assignment)));
    services.ifPresent(names -> flags.add(new FlagValue("--services", "services", names)));
    portOffset.ifPresent(n -> flags.add(new FlagValue("--port-offset", "port-offset", n)));
    etcdEndpoints.ifPresent(list -> flags.add(FlagValue.alias("--etcd-endpoints", list)));
    port.ifPresent(value -> flags.add(FlagValue.alias("--port", value)));
    if (insecure) {
      flags.add(new FlagValue("--insecure", "insecure", "true"));
    }
    return load(file, console.environment(), flags);
  }

  /** Reads a configuration from the file named, or the packaged one, under variables and flags. */
  static Settings load(
      Optional<Path> file, Map<String, String> environment, List<FlagValue> flags) {
    return new ConfigLoader(LauncherConfig::from, SCRIPT_VARIABLES)
        .load(file.or(ConfigurationOptions::packaged), environment, flags);
  }

  private static Optional<Path> packaged() {
    return Optional.ofNullable(System.getProperty("plinth.home"))
        .map(home -> Path.of(home, "conf", "plinth.yaml"))
        .filter(Files::exists);
  }
}

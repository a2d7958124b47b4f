package dev.plinth.chassis.config;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.config.Alias.Form;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Reads the configuration: a flag wins over an environment variable, that over the file, that over
 * the default. Two sources of one rank must agree.
 *
 * <p>Immutable. What it returns says of each value where it was written; whether the keys are known
 * and the values right is for whoever reads them to say.
 */
public final class ConfigLoader {
  private static final String PREFIX = "PLINTH_";
  private static final String ETCD_HOST = "ETCD_HOST";
  private static final String ETCD_PORT = "ETCD_PORT";

  private final Consumer<Settings> check;
  private final Set<String> foreign;

  /**
   * A loader for one structure of keys.
   *
   * @param check reads a whole configuration and throws {@link SettingsException} for an unknown
   *     key; asked for the known keys when there are variables to understand
   * @param foreign variables that begin with {@code PLINTH_} and are not configuration
   */
  public ConfigLoader(Consumer<Settings> check, Set<String> foreign) {
    this.check = requireNonNull(check, "check");
    this.foreign = Set.copyOf(foreign);
  }

  /**
   * Reads all sources.
   *
   * @param file what to read; nothing for no file
   * @param environment the variables of the process
   * @param flags what was set on the command line
   * @return the configuration, not checked
   * @throws ConfigurationException if the file cannot be read or is not YAML, a variable is
   *     unknown, or two sources of one rank disagree; on one line
   */
  public Settings load(
      Optional<Path> file, Map<String, String> environment, List<FlagValue> flags) {
    Settings.Section written =
        file.map(path -> new YamlFile(path).read())
            .orElseGet(() -> new Settings.Section(Map.of(), "defaults"));
    Layer variables = variables(new TreeMap<>(environment));
    Layer arguments = arguments(flags);
    Settings.Section merged = arguments.over(variables.over(written));
    Layer implied = implied(variables, arguments, environment, flags, merged);
    return Settings.of("", implied.over(merged));
  }

  private Layer variables(Map<String, String> environment) {
    Layer layer = new Layer();
    Optional<KnownKeys> known = Optional.empty();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      String name = variable.getKey();
      if (!name.startsWith(PREFIX) || foreign.contains(name)) {
        continue;
      }
      KnownKeys keys = known.orElseGet(() -> KnownKeys.of(check));
      known = Optional.of(keys);
      String spelled = name.substring(PREFIX.length());
      String key = keys.byVariable(spelled).orElseThrow(() -> unknown(name, spelled, keys));
      layer.put(key, variable.getValue(), name);
    }
    for (Alias alias : Alias.all()) {
      String value = environment.getOrDefault(alias.name(), "");
      if (!value.isEmpty()) {
        layer.put(alias.key(), translated(alias, value, environment), origin(alias, environment));
      }
    }
    return layer;
  }

  private static ConfigurationException unknown(String name, String spelled, KnownKeys keys) {
    String hint =
        keys.nearestVariable(spelled)
            .map(near -> "; did you mean " + PREFIX + near + "?")
            .orElse("");
    return new ConfigurationException(name + ": no key is spelled like this variable" + hint);
  }

  private static Layer arguments(List<FlagValue> flags) {
    Layer layer = new Layer();
    for (FlagValue flag : flags) {
      if (!flag.key().isEmpty()) {
        layer.put(flag.key(), flag.value(), flag.flag());
        continue;
      }
      Alias alias = alias(flag.flag());
      layer.put(alias.key(), translated(alias, flag.value(), Map.of()), flag.flag());
    }
    return layer;
  }

  private static Alias alias(String flag) {
    return Alias.all().stream()
        .filter(alias -> alias.name().equals(flag))
        .findFirst()
        .orElseThrow(() -> new ConfigurationException(flag + ": there is no such flag"));
  }

  /** What a name sets beside its key, for keys that no source sets. */
  private static Layer implied(
      Layer variables,
      Layer arguments,
      Map<String, String> environment,
      List<FlagValue> flags,
      Settings.Section merged) {
    Layer layer = new Layer();
    for (Alias alias : Alias.all()) {
      boolean used =
          !environment.getOrDefault(alias.name(), "").isEmpty()
              || flags.stream().anyMatch(flag -> flag.flag().equals(alias.name()));
      if (!used || alias.implied().isEmpty()) {
        continue;
      }
      String key = alias.implied().get().key();
      boolean named =
          variables.values().containsKey(key)
              || arguments.values().containsKey(key)
              || isWritten(merged, key);
      if (!named) {
        layer.put(key, alias.implied().get().value(), alias.name());
      }
    }
    return layer;
  }

  private static boolean isWritten(Settings.Section section, String key) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      return section.children().containsKey(key);
    }
    return section.children().get(key.substring(0, dot)) instanceof Settings.Section inner
        && isWritten(inner, key.substring(dot + 1));
  }

  private static String translated(Alias alias, String value, Map<String, String> environment) {
    return switch (alias.form()) {
      case SAME -> value;
      case SECONDS -> value.matches("\\d+(\\.0*)?") ? value.replaceAll("\\..*", "") + "s" : value;
      case HOST, PORT ->
          environment.getOrDefault(ETCD_HOST, "localhost")
              + ":"
              + environment.getOrDefault(ETCD_PORT, "2379");
      case BACKEND -> value.matches("in-?memory") ? "memory" : value;
    };
  }

  private static String origin(Alias alias, Map<String, String> environment) {
    boolean both = environment.containsKey(ETCD_HOST) && environment.containsKey(ETCD_PORT);
    boolean oneOfTwo = alias.form() == Form.HOST || alias.form() == Form.PORT;
    return both && oneOfTwo ? ETCD_HOST + " and " + ETCD_PORT : alias.name();
  }
}

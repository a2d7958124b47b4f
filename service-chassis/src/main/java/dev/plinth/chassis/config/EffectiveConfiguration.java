package dev.plinth.chassis.config;

import dev.plinth.spi.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints a configuration without its secrets. Holds nothing. */
public final class EffectiveConfiguration {
  private static final String HIDDEN = "***";
  private static final List<String> SECRET_ENDINGS = List.of("password", "token", "secret");

  private EffectiveConfiguration() {}

  /**
   * Returns a configuration with {@code ***} for each value whose key ends with password, token or
   * secret.
   *
   * @param settings what was loaded
   * @return a copy without secrets, with the same origins
   */
  public static Settings withoutSecrets(Settings settings) {
    return Settings.of(settings.path(), withoutSecrets(settings.written()));
  }

  private static Settings.Section withoutSecrets(Settings.Section section) {
    Map<String, Settings.Node> children = new LinkedHashMap<>();
    section
        .children()
        .forEach((key, node) ->
            children.put(
                key,
                switch (node) {
                  case Settings.Section inner -> withoutSecrets(inner);
                  case Settings.Node value ->
                      isSecret(key) ? new Settings.Scalar(HIDDEN, value.origin()) : value;
                }));
    return new Settings.Section(children, section.origin());
  }

  private static boolean isSecret(String key) {
    return SECRET_ENDINGS.stream().anyMatch(key::endsWith);
  }

  /**
   * Returns a configuration as YAML, each value with a comment that says where it comes from, and
   * the keys that have their default as comments.
   *
   * @param settings what was loaded
   * @param known every key there is
   * @return lines, without secrets
   */
  public static List<String> lines(Settings settings, KnownKeys known) {
    List<String> lines = new ArrayList<>();
    Settings.Section written = withoutSecrets(settings).written();
    append(lines, "", written);
    for (String key : known.values()) {
      if (!isWritten(written, key)) {
        lines.add("# " + key + " has its default");
      }
    }
    return lines;
  }

  private static void append(List<String> lines, String indent, Settings.Section section) {
    section
        .children()
        .forEach((key, node) -> {
          switch (node) {
            case Settings.Section inner when inner.children().isEmpty() -> {}
            case Settings.Section inner -> {
              lines.add(indent + key + ":");
              append(lines, indent + "  ", inner);
            }
            case Settings.Items items ->
                lines.add(
                    indent
                        + key
                        + ": ["
                        + String.join(
                            ", ",
                            items.items().stream().map(EffectiveConfiguration::quoted).toList())
                        + "]  # "
                        + items.origin());
            case Settings.Scalar scalar ->
                lines.add(indent + key + ": " + quoted(scalar.text()) + "  # " + scalar.origin());
          }
        });
  }

  private static String quoted(String text) {
    if (text.matches("[A-Za-z0-9_./-][A-Za-z0-9_./:-]*") && !text.endsWith(":")) {
      return text;
    }
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static boolean isWritten(Settings.Section section, String key) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      return section.children().containsKey(key);
    }
    return section.children().get(key.substring(0, dot)) instanceof Settings.Section inner
        && isWritten(inner, key.substring(dot + 1));
  }
}

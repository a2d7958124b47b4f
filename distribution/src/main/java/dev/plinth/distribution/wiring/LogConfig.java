package dev.plinth.distribution.wiring;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.util.Locale;

/**
 * How events are written to the standard error stream: the section {@code log}.
 *
 * @param format lines for people or for machines
 * @param level the least that is written of our own events; libraries write warnings only
 */
public record LogConfig(Format format, String level) {
  /** What a line looks like. */
  public enum Format {
    /** Time, level, class, message, facts. */
    TEXT,
    /** One JSON object. */
    JSON
  }

  /**
   * Reads the section.
   *
   * @param settings the section {@code log}
   * @return how to log
   * @throws SettingsException if a key is unknown or a value is wrong
   */
  public static LogConfig from(Settings settings) {
    settings.allowOnly("format", "level");
    return new LogConfig(
        Format.valueOf(settings.oneOf("format", "text", "text", "json").toUpperCase(Locale.ROOT)),
        settings.oneOf("level", "info", "error", "warn", "info", "debug"));
  }
}

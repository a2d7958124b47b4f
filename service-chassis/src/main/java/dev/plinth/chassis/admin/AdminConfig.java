package dev.plinth.chassis.admin;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.auth.BindAddress;
import dev.plinth.chassis.http.HttpConfig;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the admin API listens, and where its token is.
 *
 * <p>Immutable.
 *
 * @param port on the loopback address, whatever the services listen on
 * @param tokenFile what only the user who started the launcher can read
 */
public record AdminConfig(int port, Path tokenFile) {
  private static final int PORT = 8070;

  /** Checks that nothing is null. */
  public AdminConfig {
    requireNonNull(tokenFile, "tokenFile");
  }

  /**
   * Reads {@code port} (default 8070) and {@code token-file}.
   *
   * @param settings the section {@code admin}
   * @param portOffset added to the port unless it is 0
   * @param stateFolder where the token is unless a file is named, as {@link #stateFolder} says
   * @return the configuration
   * @throws SettingsException if a key is unknown or a value is wrong
   */
  public static AdminConfig from(Settings settings, int portOffset, Path stateFolder) {
    settings.allowOnly("port", "token-file");
    int written = HttpConfig.port(settings, "port", PORT);
    int port = written == 0 ? 0 : written + portOffset;
    return new AdminConfig(port, tokenFile(settings, stateFolder, port));
  }

  private static Path tokenFile(Settings settings, Path stateFolder, int port) {
    try {
      return settings
          .optionalString("token-file")
          .map(Path::of)
          .orElse(stateFolder.resolve("admin-" + port + ".token"));
    } catch (InvalidPathException notAPath) {
      throw settings.error("token-file", "is not a path: " + notAPath.getReason());
    }
  }

  /**
   * Returns the folder in which a user's programs keep what outlives a run.
   *
   * @param environment the variables of the process
   * @param userHome the user's own folder
   * @return {@code $XDG_STATE_HOME/plinth}, or {@code ~/.local/state/plinth}
   */
  public static Path stateFolder(Map<String, String> environment, Path userHome) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    Path folder = state.isBlank() ? userHome.resolve(".local").resolve("state") : Path.of(state);
    return folder.resolve("plinth");
  }

  HttpConfig http() {
    return new HttpConfig("admin", BindAddress.loopback(), port, "admin.port");
  }
}

package dev.plinth.distribution.cli;

import dev.plinth.distribution.wiring.Platform;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;

/**
 * Reaches a store through the running launcher, or without one if asked to. One thread at a time.
 */
final class StoreAccess implements AutoCloseable {
  private final Platform platform;

  @Mixin private final Connection connection;

  @Option(
      scope = ScopeType.INHERIT,
      names = "--direct",
      description = {
        "Opens the configured store without the launcher; only for a store",
        "that several processes share, such as etcd."
      })
  private boolean direct;

  private Optional<Platform.Direct> opened = Optional.empty();

  StoreAccess(Platform platform, Connection connection) {
    this.platform = platform;
    this.connection = connection;
  }

  /** Returns a client of the launcher, or of a store that is open until {@link #close}. */
  LauncherClient client() {
    if (!direct) {
      return connection.client();
    }
    Platform.Direct store = opened.orElseGet(() -> platform.direct(connection.settings()));
    opened = Optional.of(store);
    return new LauncherClient(store.uri(), store.authorization());
  }

  int show(JsonNode document, Consumer<PrintWriter> text) {
    return connection.show(document, text);
  }

  JsonNode document(String file) {
    return connection.document(file);
  }

  @Override
  public void close() {
    opened.ifPresent(Platform.Direct::close);
    opened = Optional.empty();
  }
}

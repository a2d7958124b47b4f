package dev.plinth.distribution.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plinth.chassis.admin.AdminConfig;
import dev.plinth.chassis.admin.AdminToken;
import dev.plinth.distribution.wiring.LauncherConfig;
import dev.plinth.spi.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The options by which a command finds the running launcher, and how it prints what that answers.
 */
final class Connection {
  private final Console console;

  @Mixin private ConfigurationOptions configuration;

  @Option(
      scope = ScopeType.INHERIT,
      names = "--json",
      description = "Prints the document, not a table.")
  private boolean json;

  Connection(Console console) {
    this.console = console;
    this.configuration = new ConfigurationOptions(console);
  }

  /** Reads and checks the configuration. */
  Settings settings() {
    return configuration.settings();
  }

  /** Returns a client of the launcher that runs with the same configuration. */
  LauncherClient client() {
    AdminConfig admin = LauncherConfig.from(configuration.settings()).admin();
    URI uri = URI.create("http://127.0.0.1:" + admin.port());
    try {
      return new LauncherClient(uri, AdminToken.read(admin.tokenFile()).authorization());
    } catch (IOException unreadable) {
      throw new CommandException(
          ExitCodes.UNAVAILABLE,
          "no launcher runs here: there is no readable token in "
              + admin.tokenFile()
              + "; is 'plinth start' running with the same port-offset and user?");
    }
  }

  /** Prints a document, or what a person wants to see of it. */
  int show(JsonNode document, Consumer<PrintWriter> text) {
    if (json) {
      console.out().println(document);
    } else {
      text.accept(console.out());
    }
    return ExitCodes.DONE;
  }

  /** Prints what a person wants to see before all is known; nothing beside a document. */
  void text(Consumer<PrintWriter> text) {
    if (!json) {
      text.accept(console.out());
    }
  }

  /** Reads a JSON document from a file, or from standard input if it is called {@code -}. */
  JsonNode document(String file) {
    try {
      byte[] content =
          file.equals("-") ? console.in().readAllBytes() : Files.readAllBytes(Path.of(file));
      return new JsonMapper().readTree(new String(content, UTF_8));
    } catch (IOException unreadable) {
      throw new CommandException(ExitCodes.USAGE, "cannot read " + file);
    } catch (JacksonException notJson) {
      throw new CommandException(
          ExitCodes.USAGE, file + " is not JSON: " + notJson.getOriginalMessage());
    }
  }
}

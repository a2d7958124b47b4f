package dev.plinth.distribution.cli;

import picocli.CommandLine.Command;

/** The configuration. */
@Command(name = "config", description = "The configuration that is in effect.")
final class ConfigCommand {
  private final Console console;

  ConfigCommand(Console console) {
    this.console = console;
  }
}

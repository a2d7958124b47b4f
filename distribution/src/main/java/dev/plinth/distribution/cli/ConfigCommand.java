package dev.plinth.distribution.cli;

import dev.plinth.chassis.config.EffectiveConfiguration;
import dev.plinth.chassis.config.KnownKeys;
import dev.plinth.distribution.wiring.LauncherConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The configuration, without starting anything. */
@Command(name = "config", description = "Checks and prints the configuration.")
final class ConfigCommand {
  private final Console console;

  @Mixin private ConfigurationOptions configuration;

  ConfigCommand(Console console) {
    this.console = console;
    this.configuration = new ConfigurationOptions(console);
  }

  @Command(
      name = "show",
      description = "Prints what is in effect and where each value comes from, secrets as ***.")
  int show() {
    EffectiveConfiguration.lines(configuration.settings(), KnownKeys.of(LauncherConfig::from))
        .forEach(console.out()::println);
    return ExitCodes.DONE;
  }

  @Command(
      name = "check",
      description = "Says whether the configuration is right: exit code 0, or 2 and what is wrong.")
  int check() {
    configuration.settings();
    console.out().println("the configuration is right");
    return ExitCodes.DONE;
  }
}

package dev.plinth.distribution.cli;

import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ScopeType;

/** The root of the command line. */
@Command(
    name = "plinth",
    description = "Coordination services on a store that you choose.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    footer = {
      "",
      "The script also knows 'plinth prepare', which makes the ahead-of-time cache at once."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the launcher did not start, or the command failed",
      "2:the configuration or the command line is wrong",
      "3:what was asked for is not there, or a condition did not hold",
      "4:no launcher answers, or the store cannot be reached or refuses the credentials"
    },
    subcommands = {
      StartCommand.class,
      ConfigCommand.class,
      StoreCommand.class,
      ZtapCommand.class,
      CentroCommand.class,
      VersionCommand.class,
      TrainCommand.class,
      GenerateCompletion.class,
      HelpCommand.class
    })
final class PlinthCommand {
  PlinthCommand() {}
}

package dev.plinth.distribution.cli;

import static java.util.Map.entry;

import dev.plinth.chassis.config.ConfigurationException;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.distribution.wiring.Demonstrations;
import dev.plinth.distribution.wiring.Platform;
import dev.plinth.spi.SettingsException;
import dev.plinth.spi.StoreException;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Runs one command. Stateless. */
public final class CommandLineInterface {
  private CommandLineInterface() {}

  /**
   * Parses and runs a command.
   *
   * @param platform what it may start
   * @param demonstrations what it may show
   * @param console where it reads and writes
   * @param args the command line
   * @return the exit code
   */
  public static int run(
      Platform platform, Demonstrations demonstrations, Console console, String... args) {
    try (StoreAccess store = new StoreAccess(platform, new Connection(console))) {
      return run(commands(platform, demonstrations, console, store), console, args);
    }
  }

  private static int run(CommandLine commands, Console console, String... args) {
    commands.setOut(console.out());
    commands.setErr(console.err());
    commands.setUsageHelpAutoWidth(true);
    commands.setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, console));
    commands.setParameterExceptionHandler((wrong, given) -> {
      console.err().println("plinth: " + wrong.getMessage());
      console
          .err()
          .println("See '" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
      return ExitCodes.USAGE;
    });
    return commands.execute(args);
  }

  private static CommandLine commands(
      Platform platform, Demonstrations demonstrations, Console console, StoreAccess store) {
    Connection ztap = new Connection(console);
    Map<Class<?>, Supplier<Object>> made =
        Map.ofEntries(
            entry(StartCommand.class, () -> new StartCommand(platform, console)),
            entry(TrainCommand.class, () -> new TrainCommand(platform)),
            entry(ConfigCommand.class, () -> new ConfigCommand(console)),
            entry(ConfigurationOptions.class, () -> new ConfigurationOptions(console)),
            entry(Connection.class, () -> new Connection(console)),
            entry(StoreCommand.class, () -> new StoreCommand(store)),
            entry(StoreCommand.Lease.class, () -> new StoreCommand.Lease(store)),
            entry(ZtapCommand.class, () -> new ZtapCommand(demonstrations, console)),
            entry(ZtapCommand.Cluster.class, () -> new ZtapCommand.Cluster(ztap)),
            entry(TestEtcdCommand.class, () -> new TestEtcdCommand(ztap)),
            entry(CentroCommand.Jobs.class, () -> new CentroCommand.Jobs(new Connection(console))),
            entry(
                CentroCommand.Nodes.class, () -> new CentroCommand.Nodes(new Connection(console))));
    IFactory fallback = CommandLine.defaultFactory();
    return new CommandLine(
        new PlinthCommand(),
        new IFactory() {
          @Override
          public <K> K create(Class<K> type) {
            Supplier<Object> supplier = made.get(type);
            if (supplier != null) {
              return type.cast(supplier.get());
            }
            try {
              return fallback.create(type);
            } catch (Exception failed) { // picocli declares no narrower one
              throw new IllegalStateException("cannot make " + type.getName(), failed);
            }
          }
        });
  }

  private static int explain(Exception failure, Console console) {
    return switch (failure) {
      case CommandException told -> {
        console.err().println("plinth: " + told.getMessage());
        yield told.exitCode();
      }
      case SettingsException wrong -> {
        console.err().println("plinth: " + wrong.getMessage());
        yield ExitCodes.USAGE;
      }
      case ConfigurationException wrong -> {
        console.err().println("plinth: " + wrong.getMessage());
        yield ExitCodes.USAGE;
      }
      case StartException refused -> {
        console.err().println("plinth: " + refused.getMessage());
        yield ExitCodes.FAILED;
      }
      case StoreException failed -> {
        console.err().println("plinth: " + FailureText.of(failed));
        yield ExitCodes.UNAVAILABLE;
      }
      default -> {
        console.err().println("plinth: unexpected: " + failure);
        yield ExitCodes.FAILED;
      }
    };
  }
}

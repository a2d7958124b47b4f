package dev.plinth.distribution.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Which version this is, and of what it runs on. */
@Command(name = "version", description = "Prints the version of Plinth and of the JVM it runs on.")
final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    for (String line : new Provider().getVersion()) {
      spec.commandLine().getOut().println(line);
    }
    return ExitCodes.DONE;
  }

  /** Reads the version from the jar. */
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version =
          Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
              .orElse("development");
      return new String[] {"plinth " + version, "java " + Runtime.version()};
    }
  }
}

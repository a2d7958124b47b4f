package dev.plinth.distribution.cli;

import dev.plinth.distribution.wiring.Platform;
import dev.plinth.spi.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Starts everything and keeps it running. */
@Command(
    name = "start",
    description = {
      "Starts the store and the services, and runs until it is told to end.",
      "On the memory store the data lives in this process and ends with it."
    })
final class StartCommand implements Callable<Integer> {
  private final Platform platform;
  private final Console console;

  @Mixin private ConfigurationOptions configuration;

  StartCommand(Platform platform, Console console) {
    this.platform = platform;
    this.console = console;
    this.configuration = new ConfigurationOptions(console);
  }

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = configuration.settings();
    Instant begun =
        ProcessHandle.current().info().startInstant().orElseGet(console.clock()::instant);
    Platform.Running running =
        platform.start(
            settings,
            service ->
                console
                    .out()
                    .printf(
                        "%-9s ready after %s  %s%n",
                        service.name(), since(begun), String.join(", ", service.addresses())));
    console
        .out()
        .printf(
            "plinth    ready after %s  %d services, %s%n",
            since(begun), running.services().size(), running.storeNote());
    platform.serve(running);
    return ExitCodes.DONE;
  }

  private String since(Instant begun) {
    Duration passed = Duration.between(begun, console.clock().instant());
    return String.format(Locale.ROOT, "%.2f s", passed.toMillis() / 1000.0);
  }
}

package dev.plinth.distribution.cli;

import dev.plinth.chassis.config.FlagValue;
import dev.plinth.distribution.wiring.Platform;
import dev.plinth.spi.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Starts everything on free ports and an empty memory store, sends each service a request, and
 * stops: the run that the ahead-of-time cache is made from. Called by {@code bin/plinth}.
 */
@Command(name = "train", hidden = true, description = "Runs once for the ahead-of-time cache.")
final class TrainCommand implements Callable<Integer> {
  private static final List<String> FREE_PORTS =
      List.of(
          "admin.port",
          "centro.grpc-port",
          "centro.http-port",
          "ztap.http-port",
          "labmgr.http-port",
          "registry.http-port");

  private final Platform platform;

  TrainCommand(Platform platform) {
    this.platform = platform;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Platform.Running running = platform.start(settings(), service -> {})) {
      HttpClient http = HttpClient.newHttpClient();
      for (Platform.StartedService service : running.services()) {
        http.send(
            HttpRequest.newBuilder(URI.create(service.addresses().getFirst() + "/readyz")).build(),
            HttpResponse.BodyHandlers.discarding());
      }
    }
    return ExitCodes.DONE;
  }

  /**
   * Reads the packaged configuration as a start does, so that this is trained too; not the user's
   * variables.
   */
  private static Settings settings() {
    List<FlagValue> flags = new ArrayList<>();
    flags.add(FlagValue.set("store.backend=memory"));
    FREE_PORTS.forEach(port -> flags.add(FlagValue.set(port + "=0")));
    return ConfigurationOptions.load(Optional.empty(), Map.of(), flags);
  }
}

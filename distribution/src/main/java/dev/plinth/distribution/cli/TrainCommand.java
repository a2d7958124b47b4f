package dev.plinth.distribution.cli;

import dev.plinth.distribution.wiring.Platform;
import dev.plinth.spi.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Starts everything on free ports and an empty memory store, sends each service a request, and
 * stops: the run that the ahead-of-time cache is made from. Called by {@code bin/plinth}.
 */
@Command(name = "train", hidden = true, description = "Runs once for the ahead-of-time cache.")
final class TrainCommand implements Callable<Integer> {
  private static final Map<String, ?> FREE = Map.of("http-port", 0);
  private static final Map<String, ?> SETTINGS =
      Map.of(
          "store",
          Map.of("backend", "memory"),
          "centro",
          Map.of("http-port", 0, "grpc-port", 0),
          "ztap",
          FREE,
          "labmgr",
          FREE,
          "registry",
          FREE,
          "admin",
          Map.of("port", 0));

  private final Platform platform;

  TrainCommand(Platform platform) {
    this.platform = platform;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Platform.Running running = platform.start(Settings.of(SETTINGS), service -> {})) {
      HttpClient http = HttpClient.newHttpClient();
      for (Platform.StartedService service : running.services()) {
        http.send(
            HttpRequest.newBuilder(URI.create(service.addresses().getFirst() + "/readyz")).build(),
            HttpResponse.BodyHandlers.discarding());
      }
    }
    return ExitCodes.DONE;
  }
}

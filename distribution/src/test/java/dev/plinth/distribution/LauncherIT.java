package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.tck.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged launcher as a user has it: a script, its output, its exit codes. */
final class LauncherIT {
  private static final Pattern ADDRESS =
      Pattern.compile("(\\w+) +ready after .*?(http://\\S+?)(,|$)");
  private static final Pattern GRPC_ADDRESS = Pattern.compile("gateway +ready after .*grpc (\\S+)");
  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path folder;

  @Test
  void startsFourServicesAnswersCommandsAndEndsWhenTold() throws Exception {
    Process launcher = start("start", "--set", "admin.port=0", free());
    try {
      List<String> lines = linesUntil(launcher, "plinth ");
      assertThat(lines).hasSize(5);
      for (String line : lines.subList(0, 4)) {
        Matcher matcher = ADDRESS.matcher(line);
        assertThat(matcher.find()).as(line).isTrue();
        assertThat(get(matcher.group(2) + "/readyz").statusCode()).isEqualTo(200);
        assertThat(get(matcher.group(2) + "/metrics").body()).contains("plinth_store_operation");
      }
      assertThat(lines.getLast()).contains("4 services", "store memory: not durable");
    } finally {
      launcher.destroy();
    }
    assertThat(launcher.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isEqualTo(143);
    assertThat(err(launcher)).doesNotContain("WARN", "ERROR", "Exception");
  }

  @Test
  void commandsReachTheRunningLauncherThroughItsAdminApi() throws Exception {
    String port = "admin.port=" + Ports.free();
    Process launcher = start("start", "--set", port, free());
    try {
      linesUntil(launcher, "plinth ");
      assertThat(command("store", "put", "/it/a b", "one", "--set", port)).startsWith("0 revision");
      assertThat(command("store", "get", "/it/a b", "--set", port)).isEqualTo("0 one");
      assertThat(command("store", "list", "/it/", "--set", port)).isEqualTo("0 /it/a b = one");
      assertThat(command("store", "get", "/it/none", "--set", port)).startsWith("3 ");
      assertThat(command("store", "del", "/it/a b", "--set", port)).isEqualTo("0 deleted 1");
      assertThat(command("store", "status", "--json", "--set", port))
          .contains("\"store\":\"memory\"");
      assertThat(command("ztap", "cluster", "status", "--set", port))
          .contains("Leader:", "Nodes in Cluster:", "Total: 1 node(s)");
      assertThat(command("centro", "jobs", "list", "--set", port)).startsWith("0 ID");
      Path job = Files.writeString(folder.resolve("job.json"), "{\"name\": 5, \"frob\": 1}", UTF_8);
      assertThat(command("centro", "jobs", "submit", "-f", job.toString(), "--set", port))
          .startsWith("1 ")
          .contains("name", "frob");
    } finally {
      launcher.destroy();
      launcher.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void etcdctlTalksToAStoreInMemoryThroughTheGateway() throws Exception {
    String port = "admin.port=" + Ports.free();
    Process launcher =
        start("start", "--set", port, "--services", "gateway", "--set", "gateway.port=0");
    try {
      String line = linesUntil(launcher, "plinth ").getFirst();
      Matcher address = GRPC_ADDRESS.matcher(line);
      assertThat(address.find()).as(line).isTrue();
      assertThat(etcdctl(address.group(1), "put", "/it/a", "one")).isEqualTo("OK");
      assertThat(command("store", "get", "/it/a", "--set", port)).isEqualTo("0 one");
      assertThat(etcdctl(address.group(1), "get", "--prefix", "/it/")).isEqualTo("/it/a\none");
      assertThat(etcdctl(address.group(1), "endpoint", "health")).contains("is healthy");
    } finally {
      launcher.destroy();
      launcher.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    assertThat(err(launcher)).doesNotContain("WARN", "ERROR", "Exception");
  }

  @Test
  void theGatewayDoesNotListenWhereTheStoreExpectsEtcd() throws Exception {
    assertThat(command("start", "--services", "gateway", "--set", "store.backend=etcd"))
        .startsWith("2 plinth: gateway.port")
        .contains("localhost:2379");
  }

  private static String etcdctl(String endpoint, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(EtcdInstallation.newest().etcdctl().toString(), "--endpoints=" + endpoint));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ETCDCTL_API", "3");
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(out).isZero();
    return out;
  }

  @Test
  void aPortInUseEndsTheStartWithOneLineAndNothingLeftRunning() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "registry.http-port=" + taken.getLocalPort();
      Process launcher = start("start", "--set", "admin.port=0", free(), "--set", port);
      assertThat(launcher.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(launcher.exitValue()).isEqualTo(1);
      assertThat(err(launcher)).contains("registry.http-port", "in use");
    }
  }

  @Test
  void aSecondLauncherOnTheSamePortsLeavesTheFirstAlone() throws Exception {
    String port = "admin.port=" + Ports.free();
    Process first = start("start", "--set", port, free());
    try {
      linesUntil(first, "plinth ");
      assertThat(command("start", "--set", port, free()))
          .startsWith("1 plinth: admin.port")
          .contains("in use");
      assertThat(command("store", "put", "/it/a", "one", "--set", port)).startsWith("0 revision");
    } finally {
      first.destroy();
      first.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void aWrongConfigurationEndsTheStartWithFileLineAndNearestKey() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("my.yaml"), "store:\n  backend: memory\n  memry: 1\n", UTF_8);
    assertThat(command("start", "--config", file.toString()))
        .isEqualTo("2 plinth: store.memry: unknown key (my.yaml:3); did you mean 'memory'?");
    assertThat(command("start", "--set", "bind-address=0.0.0.0"))
        .startsWith("2 plinth: bind-address");
    assertThat(command("start", "--services", "centro,frob")).startsWith("2 plinth: services");
    assertThat(command("config", "check")).isEqualTo("0 the configuration is right");
  }

  @Test
  void withoutALauncherCommandsSaySo() throws Exception {
    assertThat(command("store", "get", "x", "--set", "admin.port=" + Ports.free()))
        .startsWith("4 plinth: no launcher runs here");
  }

  /** Every port free, written as the file that the launcher reads. */
  private String free() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("free.yaml"),
            """
            centro: {grpc-port: 0, http-port: 0}
            ztap: {http-port: 0}
            labmgr: {http-port: 0}
            registry: {http-port: 0}
            """,
            UTF_8);
    return "--config=" + file;
  }

  private Process start(String... arguments) throws IOException {
    return PackagedLauncher.command(folder, List.of(arguments))
        .redirectError(folder.resolve("err-" + arguments[0] + ".txt").toFile())
        .start();
  }

  private String err(Process ignored) throws IOException {
    return Files.readString(folder.resolve("err-start.txt"), UTF_8);
  }

  /** Runs a command to its end: exit code, a blank, and all that it printed. */
  private String command(String... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    String err = Files.readString(folder.resolve("err-" + arguments[0] + ".txt"), UTF_8);
    return process.exitValue() + " " + (out + err).strip();
  }

  private static List<String> linesUntil(Process process, String last) throws IOException {
    List<String> lines = new ArrayList<>();
    while (lines.isEmpty() || !lines.getLast().startsWith(last)) {
      String line = process.inputReader(UTF_8).readLine();
      assertThat(line).as("the launcher ended after %s", lines).isNotNull();
      lines.add(line);
    }
    return lines;
  }

  private static HttpResponse<String> get(String uri) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}

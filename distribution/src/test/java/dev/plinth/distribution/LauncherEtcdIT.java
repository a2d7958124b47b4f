package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.storage.etcd.testing.Certificates;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.SharedServers;
import dev.plinth.tck.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The packaged launcher on real etcd servers. */
@Execution(ExecutionMode.CONCURRENT) // each waits most of its time for processes of its own
final class LauncherEtcdIT {
  @RegisterExtension static final SharedServers SHARED = SharedServers.newest(1);

  private static final Pattern ADDRESS =
      Pattern.compile("(\\w+) +ready after .*?(http://\\S+?)(,|$)");
  private static final long PATIENCE_SECONDS = 120;

  /** For a start that is to fail: long enough for a busy machine to find out why. */
  private static final Map<String, String> HURRIED = Map.of("ZTAP_ETCD_DIAL_TIMEOUT", "15s");

  @TempDir private Path folder;

  @Test
  void olderVariablesStartEverythingOnEtcd() throws Exception {
    String endpoint = SHARED.servers().endpoints().getFirst();
    String port = "admin.port=" + Ports.free();
    Map<String, String> variables =
        Map.of("ETCD_HOST", "127.0.0.1", "ETCD_PORT", endpoint.split(":", -1)[1]);
    Process launcher = start(variables, "start", "--set", port, free());
    try {
      List<String> lines = linesUntil(launcher, "plinth ");
      assertThat(lines.getLast()).contains("4 services", "store etcd at " + endpoint);
      String key = "/it/" + lines.hashCode();
      assertThat(command(variables, "store", "put", key, "one", "--set", port))
          .startsWith("0 revision");
      assertThat(command(variables, "store", "get", key, "--direct")).isEqualTo("0 one");
      assertThat(command(variables, "store", "list", key, "--direct"))
          .isEqualTo("0 " + key + " = one");
      assertThat(command(variables, "store", "status", "--set", port))
          .contains("etcd", "MEMBER", "leader", "http://" + endpoint, "alarms", "none");
      assertThat(command(variables, "store", "status", "--direct", "--json"))
          .contains("\"store\":\"etcd\"", "\"client_urls\":[\"http://" + endpoint + "\"]");
      assertThat(command(variables, "ztap", "cluster", "status", "--set", port))
          .contains("Total: 1 node(s)");
    } finally {
      launcher.destroy();
    }
    assertThat(launcher.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isEqualTo(143);
  }

  @Test
  void theConnectionIsTriedWithoutALauncher() throws Exception {
    String endpoint = SHARED.servers().endpoints().getFirst();
    assertThat(command(Map.of(), "ztap", "cluster", "test-etcd", "--etcd-endpoints", endpoint))
        .startsWith(
            """
            0 Testing etcd connection to: [%s]

            Connection successful!
            Etcd cluster has 1 member(s)
              1. ID=\
            """
                .formatted(endpoint))
        .containsPattern("  1\\. ID=[0-9a-f]+, Name=m1, ClientURLs=\\[http://" + endpoint + "\\]")
        .contains("Version " + SHARED.installation().version(), "grant lease", "put", "delete");
    assertThat(
            command(
                Map.of("ZTAP_ETCD_ENDPOINTS", endpoint), "ztap", "cluster", "test-etcd", "--json"))
        .contains("\"members\":[{", "\"probe\":[{");
    assertThat(
            command(
                HURRIED,
                "ztap",
                "cluster",
                "test-etcd",
                "--etcd-endpoints",
                "127.0.0.1:" + Ports.free()))
        .startsWith("4 ")
        .contains("etcd connection failed: the store cannot be reached");
  }

  @Test
  void nobodyListeningEndsTheStartWithOneLine() throws Exception {
    String nobody = "127.0.0.1:" + Ports.free();
    assertThat(
            command(HURRIED, "start", "--set", "admin.port=0", free(), "--etcd-endpoints", nobody))
        .isEqualTo("4 plinth: the store cannot be reached: " + nobody + " (Connection refused)");
  }

  @Test
  void wrongCredentialsEndTheStartWithOneLine() throws Exception {
    try (EtcdServers servers = SHARED.startMore()) {
      servers.enableAuthentication("right");
      String endpoint = servers.endpoints().getFirst();
      Map<String, String> wrong =
          Map.of(
              "ZTAP_ETCD_ENDPOINTS", endpoint, "ETCD_USERNAME", "root", "ETCD_PASSWORD", "wrong");
      assertThat(command(wrong, "start", "--set", "admin.port=0", free()))
          .startsWith("4 plinth: credentials are not accepted by the store")
          .doesNotContain("wrong")
          .hasLineCount(1);
      Map<String, String> right =
          Map.of(
              "ZTAP_ETCD_ENDPOINTS", endpoint, "ETCD_USERNAME", "root", "ETCD_PASSWORD", "right");
      assertThat(command(right, "store", "put", "/it/a", "one", "--direct"))
          .startsWith("0 revision");
      assertThat(command(right, "config", "show")).contains("***").doesNotContain("right");
    }
  }

  @Test
  void aCertificateThatIsNotTrustedEndsTheStartWithOneLine() throws Exception {
    Certificates servers = Certificates.create(folder.resolve("servers"));
    Certificates others = Certificates.create(folder.resolve("others"));
    EtcdOptions options = EtcdOptions.of(EtcdInstallation.newest(), 1).encrypted(servers);
    try (EtcdServers encrypted = EtcdServers.start(options)) {
      String endpoint = encrypted.endpoints().getFirst();
      String ca = "store.etcd.tls.ca=";
      assertThat(
              command(
                  HURRIED,
                  "start",
                  "--etcd-endpoints",
                  endpoint,
                  "--set",
                  "admin.port=0",
                  free(),
                  "--set",
                  ca + others.authority()))
          .startsWith("4 plinth: the store cannot be reached: " + endpoint)
          .contains("certif")
          .hasLineCount(1);
      assertThat(
              command(
                  Map.of("ZTAP_ETCD_ENDPOINTS", endpoint),
                  "store",
                  "put",
                  "/it/a",
                  "one",
                  "--direct",
                  "--set",
                  ca + servers.authority()))
          .startsWith("0 revision");
    }
  }

  @Test
  void aClusterWithoutAMajorityEndsTheStartWithOneLine() throws Exception {
    try (EtcdServers servers = EtcdServers.start(EtcdOptions.of(EtcdInstallation.newest(), 3))) {
      servers.members().get(1).kill();
      servers.members().get(2).kill();
      assertThat(
              command(
                  HURRIED,
                  "start",
                  "--etcd-endpoints",
                  servers.endpoints().getFirst(),
                  "--set",
                  "admin.port=0",
                  free()))
          .startsWith("4 plinth: the store ")
          .hasLineCount(1);
    }
  }

  @Test
  void servicesLiveThroughAStoreThatIsKilledAndOneThatStandsStill() throws Exception {
    try (EtcdServers servers = SHARED.startMore()) {
      EtcdServer server = servers.members().getFirst();
      Process launcher =
          start(
              Map.of("ZTAP_ETCD_ENDPOINTS", server.endpoint(), "ZTAP_ETCD_SESSION_TTL", "6s"),
              "start",
              "--set",
              "admin.port=0",
              "--set",
              "ztap.heartbeat-interval=2s",
              free());
      try {
        List<String> http = new ArrayList<>();
        for (String line : linesUntil(launcher, "plinth ")) {
          Matcher matcher = ADDRESS.matcher(line);
          if (matcher.find()) {
            http.add(matcher.group(2));
          }
        }
        assertThat(http).hasSize(4);
        recovered(http);

        server.kill();
        outage(http);
        servers.restart(server);
        recovered(http);

        server.pause();
        outage(http);
        server.resume();
        recovered(http);
      } finally {
        launcher.destroy();
        launcher.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
      assertThat(launcher.exitValue()).isEqualTo(143);
    }
  }

  /** Every service says that its store is away, and answers so. */
  private static void outage(List<String> http) throws IOException, InterruptedException {
    for (String service : http) {
      awaitAnswer(
          service + "/readyz", answer -> answer.statusCode() == 503, "not ready: " + service);
      assertThat(get(service + "/healthz").statusCode()).isEqualTo(200);
    }
    HttpResponse<String> answer = get(http.getFirst() + "/api/v1/jobs");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    awaitAnswer(
        http.getFirst() + "/readyz", reply -> reply.body().contains("the store"), "a reason");
  }

  /** Every service is ready, and this node leads its cluster. */
  private static void recovered(List<String> http) throws IOException, InterruptedException {
    for (String service : http) {
      awaitAnswer(service + "/readyz", answer -> answer.statusCode() == 200, "ready: " + service);
    }
    assertThat(get(http.getFirst() + "/api/v1/jobs").statusCode()).isEqualTo(200);
    awaitAnswer(
        http.get(1) + "/v1/cluster/status",
        answer -> answer.body().contains("\"is_leader\":true"),
        "a leader");
  }

  @Test
  void threeProcessesFailOverWithinWhatWasPromised() throws Exception {
    String endpoint = SHARED.servers().endpoints().getFirst();
    String shown = command(Map.of(), "ztap", "demo", "--etcd-endpoints", endpoint);
    System.out.println(shown);
    assertThat(shown)
        .startsWith("0 Three processes on the store etcd.")
        .containsPattern("node. leads .* s after the crash; at most 11.000 s was promised\\.")
        .contains("ended with 137", "ended with 143");
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

  private Process start(Map<String, String> variables, String... arguments) throws IOException {
    ProcessBuilder builder = PackagedLauncher.command(folder, List.of(arguments));
    builder.environment().put("ZTAP_ETCD_DIAL_TIMEOUT", "60s");
    builder.environment().put("PLINTH_STORE_REQUEST_TIMEOUT", "10s");
    builder.environment().putAll(variables);
    return builder.redirectError(folder.resolve("err-" + arguments[0] + ".txt").toFile()).start();
  }

  /** Runs a command to its end: exit code, a blank, and all that it printed. */
  private String command(Map<String, String> variables, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(variables, arguments);
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

  private static void awaitAnswer(String uri, Predicate<HttpResponse<String>> expected, String what)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    HttpResponse<String> answer = get(uri);
    while (!expected.test(answer)) {
      assertThat(System.nanoTime()).as("%s; last was %s", what, answer.body()).isLessThan(deadline);
      boolean _ = new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
      answer = get(uri);
    }
  }

  private static HttpResponse<String> get(String uri) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}

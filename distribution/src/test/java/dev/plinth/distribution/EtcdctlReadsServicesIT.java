package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.service.centro.talk.ClaimJobRequest;
import dev.plinth.service.centro.talk.GetJobRequest;
import dev.plinth.service.centro.talk.GetJobResponse;
import dev.plinth.service.centro.talk.HeartbeatRequest;
import dev.plinth.service.centro.talk.NodeAgentServiceGrpc;
import dev.plinth.service.centro.talk.NodeAgentServiceGrpc.NodeAgentServiceBlockingStub;
import dev.plinth.service.centro.talk.UpdateStatusRequest;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.Etcdctl;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the packaged launcher keeps in etcd, read and written with the commands that users know from
 * other programs on the same keys.
 */
final class EtcdctlReadsServicesIT {
  private static final Pattern ADDRESS =
      Pattern.compile("(\\w+) +ready after .*?(http://[^,\\s]+)(?:, grpc (\\S+))?");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ATTEMPTS = 500;

  @TempDir private Path folder;

  @Test
  void theCommandsOfUsersShowWhatTheServicesWrote() throws Exception {
    try (EtcdServers etcd = EtcdServers.start(EtcdOptions.of(EtcdInstallation.newest(), 1))) {
      Etcdctl etcdctl = etcd.etcdctl();
      Process launcher = launch(etcd.endpoints().getFirst());
      try {
        Map<String, String> addresses = addresses(launcher);
        showsCentro(etcdctl, addresses);
        showsTheCluster(etcdctl);
        showsAndWritesLabWorkers(etcdctl, address(addresses, "labmgr"));
        showsAndWritesRegistrations(etcdctl, address(addresses, "registry"));
      } finally {
        launcher.destroy();
        assertThat(launcher.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static void showsCentro(Etcdctl etcdctl, Map<String, String> addresses)
      throws IOException, InterruptedException {
    for (String name : List.of("first", "second", "third")) {
      String job =
          "{\"name\":\"%s\",\"tasks\":[{\"name\":\"t\",\"driver\":\"process\"}]}".formatted(name);
      assertThat(send("POST", address(addresses, "centro") + "/api/v1/jobs", job))
          .contains("job_id");
    }
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(address(addresses, "centro grpc")).usePlaintext().build();
    try {
      NodeAgentServiceBlockingStub agent =
          NodeAgentServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(agent.heartbeat(HeartbeatRequest.newBuilder().setNodeId("node-1").build()).getOk())
          .isTrue();
      String finished = claimed(agent);
      for (String status : List.of("running", "completed")) {
        assertThat(
                agent
                    .updateStatus(
                        UpdateStatusRequest.newBuilder()
                            .setNodeId("node-1")
                            .setJobId(finished)
                            .setStatus(status)
                            .build())
                    .getOk())
            .isTrue();
      }
      String active = claimed(agent);
      assertThat(etcdctl.run("get", "/centro/nodes/", "--prefix")).contains("/centro/nodes/node-1");
      assertThat(etcdctl.run("get", "/centro/jobs/queue/", "--prefix")).contains("\"third\"");
      assertThat(etcdctl.run("get", "/centro/jobs/active/", "--prefix"))
          .contains("/centro/jobs/active/" + active);
      assertThat(etcdctl.run("get", "/centro/jobs/history/", "--prefix"))
          .contains("/centro/jobs/history/" + finished, "completed");
      assertThat(etcdctl.run("get", "/centro", "--prefix", "--keys-only"))
          .contains("/centro/nodes/node-1", "/centro/jobs/queue/", "/centro/election/");
    } finally {
      channel.shutdownNow();
    }
  }

  private static String claimed(NodeAgentServiceBlockingStub agent) {
    GetJobResponse offer = agent.getJob(GetJobRequest.newBuilder().setNodeId("node-1").build());
    assertThat(offer.getHasJob()).as(offer.getMessage()).isTrue();
    String id = offer.getJob().getJobId();
    assertThat(
            agent
                .claimJob(ClaimJobRequest.newBuilder().setNodeId("node-1").setJobId(id).build())
                .getOk())
        .isTrue();
    return id;
  }

  private static void showsTheCluster(Etcdctl etcdctl) {
    assertThat(etcdctl.run("get", "/ztap/", "--prefix", "--keys-only"))
        .contains("/ztap/cluster-id", "/ztap/nodes/node-1", "/ztap/election/");
    // The record of the leader follows its election; each attempt is a process of its own.
    String leader = "";
    for (int i = 0; i < ATTEMPTS && leader.isEmpty(); i++) {
      leader = etcdctl.run("get", "/ztap/election", "--print-value-only");
    }
    assertThat(leader).contains("\"id\":\"node-1\"");
  }

  private static void showsAndWritesLabWorkers(Etcdctl etcdctl, String address)
      throws IOException, InterruptedException {
    String worker = "{\"metadata\":{\"name\":\"worker-001\"},\"spec\":{\"labTrack\":\"cs-101\"}}";
    assertThat(send("POST", address + "/api/v1/lab-workers", worker)).contains("worker-001");
    assertThat(etcdctl.run("get", "/lab-resource-manager/lab-workers/", "--prefix", "--keys-only"))
        .contains("/lab-resource-manager/lab-workers/worker-001");
    assertThat(etcdctl.run("get", "/lab-resource-manager/lab-workers/worker-001"))
        .contains("cs-101");
    var _ =
        etcdctl.run(
            "put",
            "/lab-resource-manager/lab-workers/test-001",
            "{\"metadata\":{\"name\":\"test-001\"}}");
    assertThat(send("GET", address + "/api/v1/lab-workers/test-001", "")).contains("test-001");
    assertThat(etcdctl.run("del", "/lab-resource-manager/lab-workers/test-001")).isEqualTo("1");
  }

  private static void showsAndWritesRegistrations(Etcdctl etcdctl, String address)
      throws IOException, InterruptedException {
    var _ =
        send("PUT", address + "/api/v1/users/u1/devices/phone", "{\"gateway\":\"gateway-1:8080\"}");
    assertThat(etcdctl.run("get", "/registry/users/", "--prefix"))
        .contains("/registry/users/u1/phone", "gateway-1:8080|");
    var _ =
        etcdctl.run("put", "/registry/users/user123/device-abc", "gateway-1.cluster.local:8080");
    assertThat(send("GET", address + "/api/v1/users/user123", ""))
        .contains("device-abc", "gateway-1.cluster.local:8080");
  }

  private Process launch(String endpoint) throws IOException {
    List<String> command = new ArrayList<>(List.of("start"));
    command.addAll(List.of("--etcd-endpoints", endpoint));
    for (String port :
        List.of(
            "admin.port",
            "centro.grpc-port",
            "centro.http-port",
            "ztap.http-port",
            "labmgr.http-port",
            "registry.http-port")) {
      command.addAll(List.of("--set", port + "=0"));
    }
    command.addAll(List.of("--set", "ztap.node-id=node-1"));
    return PackagedLauncher.command(folder, command)
        .redirectError(folder.resolve("err.txt").toFile())
        .start();
  }

  private static Map<String, String> addresses(Process launcher) throws IOException {
    Map<String, String> addresses = new HashMap<>();
    String line = "";
    while (!line.startsWith("plinth ")) {
      line = launcher.inputReader(UTF_8).readLine();
      assertThat(line).as("the launcher ended after %s", addresses).isNotNull();
      Matcher matcher = ADDRESS.matcher(line);
      if (matcher.find()) {
        addresses.put(matcher.group(1), matcher.group(2));
        if (matcher.group(3) != null) {
          addresses.put(matcher.group(1) + " grpc", matcher.group(3));
        }
      }
    }
    return addresses;
  }

  private static String address(Map<String, String> addresses, String of) {
    return requireNonNull(addresses.get(of), of);
  }

  private static String send(String method, String uri, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode())
          .as("%s %s: %s", method, uri, answer.body())
          .isBetween(200, 299);
      return answer.body();
    }
  }
}

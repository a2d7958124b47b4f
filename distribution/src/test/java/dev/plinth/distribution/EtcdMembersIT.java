package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.tck.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Etcd itself understands the variables of the deployment files and forms a cluster of them. */
final class EtcdMembersIT {
  private static final Path DEPLOY = Path.of("..", "deploy");
  private static final int ATTEMPTS = 30;

  @TempDir private Path folder;

  @Test
  void theMembersOfTheComposeFileFormACluster() throws Exception {
    formACluster(ComposeFileTest.members(DEPLOY.resolve("compose/compose.yaml")));
  }

  @Test
  void theMembersOfTheStatefulSetFormACluster() throws Exception {
    String text = Files.readString(DEPLOY.resolve("kubernetes/etcd.yaml"), UTF_8);
    formACluster(
        KubernetesManifests.members(KubernetesManifests.of(text).named("StatefulSet", "etcd")));
  }

  /** Starts every member on this machine, with other ports in place of other hosts. */
  private void formACluster(EtcdMembers members) throws Exception {
    EtcdInstallation etcd = EtcdInstallation.newest();
    Map<String, String> addresses = new LinkedHashMap<>();
    Iterator<Integer> ports = Ports.free(2 * members.environments().size()).iterator();
    for (String host : members.environments().keySet()) {
      addresses.put(host + ":2379", "127.0.0.1:" + ports.next());
      addresses.put(host + ":2380", "127.0.0.1:" + ports.next());
    }
    List<Process> processes = new ArrayList<>();
    List<Path> logs = new ArrayList<>();
    try {
      for (Map.Entry<String, Map<String, String>> member : members.environments().entrySet()) {
        Path log = folder.resolve(member.getKey() + ".log");
        ProcessBuilder builder = new ProcessBuilder(etcd.etcd().toString());
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_"));
        builder.environment().putAll(onThisMachine(member.getKey(), member.getValue(), addresses));
        processes.add(builder.start());
        logs.add(log);
      }
      List<String> endpoints = members.endpoints().stream().map(addresses::get).toList();
      awaitHealthy(etcd, endpoints);
      String list = etcdctl(etcd, endpoints, "member", "list");
      for (Map<String, String> environment : members.environments().values()) {
        assertThat(list).contains("started, " + environment.get("ETCD_NAME") + ",");
      }
      for (Path log : logs) {
        assertThat(Files.readString(log, UTF_8)).doesNotContain("unrecognized environment");
      }
    } finally {
      for (Process process : processes) {
        assertThat(process.destroyForcibly().waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private Map<String, String> onThisMachine(
      String host, Map<String, String> environment, Map<String, String> addresses)
      throws IOException {
    Map<String, String> result = new LinkedHashMap<>();
    environment.forEach((name, value) -> {
      String translated =
          value
              .replace("0.0.0.0:2379", addresses.get(host + ":2379"))
              .replace("0.0.0.0:2380", addresses.get(host + ":2380"));
      for (Map.Entry<String, String> address : addresses.entrySet()) {
        translated = translated.replace("//" + address.getKey(), "//" + address.getValue());
      }
      result.put(name, translated);
    });
    result.put("ETCD_DATA_DIR", folder.resolve(host).toString());
    result.computeIfPresent(
        "ETCD_LISTEN_METRICS_URLS", (name, value) -> value.replace("0.0.0.0:2381", "127.0.0.1:0"));
    assertThat(result.values()).noneMatch(value -> value.contains("0.0.0.0"));
    return result;
  }

  private static void awaitHealthy(EtcdInstallation etcd, List<String> endpoints)
      throws IOException, InterruptedException {
    AssertionError last = new AssertionError("never asked");
    // Each attempt waits for an answer itself, up to its own time-out.
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        var _ = etcdctl(etcd, endpoints, "endpoint", "health");
        return;
      } catch (AssertionError notYet) {
        last = notYet;
      }
    }
    throw last;
  }

  private static String etcdctl(EtcdInstallation etcd, List<String> endpoints, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(etcd.etcdctl().toString());
    command.add("--endpoints=" + String.join(",", endpoints));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}

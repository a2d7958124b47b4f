package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.config.ConfigLoader;
import dev.plinth.distribution.wiring.LauncherConfig;
import dev.plinth.spi.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the compose file says fits together. */
final class ComposeFileTest {
  private static final Path FILE = Path.of("..", "deploy", "compose", "compose.yaml");

  @Test
  void theFileFitsTogether() throws IOException {
    assertThat(problems(Files.readString(FILE, UTF_8))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "etcd3=http://etcd3:2380                 | etcd3=http://etcd4:2380     | lists other"
            + " members",
        ",etcd3=http://etcd3:2380                | ''                          | lists other"
            + " members",
        "ETCD_NAME: etcd3                        | ETCD_NAME: etcd2            | the same"
            + " ETCD_NAME",
        "URLS: http://etcd2:2379                 | URLS: http://etcd1:2379     | names another"
            + " host",
        "URLS: http://0.0.0.0:2379               | URLS: http://localhost:2379 | from outside",
        "- etcd2:/var/lib/etcd                   | - etcd1:/var/lib/etcd       | used twice",
        "- etcd2:/var/lib/etcd                   | - etcd4:/var/lib/etcd       | no volume etcd4",
        "- etcd2:/var/lib/etcd                   | - etcd2:/var/lib/other      | does not outlive",
        "127.0.0.1:22379:2379                    | 127.0.0.1:2379:2379         | port 2379 twice",
        "127.0.0.1:22379:2379                    | 127.0.0.1:22379:2378        | 2378 is not"
            + " listened on",
        "127.0.0.1:8090:8090                     | 127.0.0.1:8091:8091         | 8091 is not"
            + " listened on",
        "127.0.0.1:8090:8090                     | 8090:8090                   | open to the"
            + " network",
        "etcd3: {condition: service_healthy}     | etcd4: {condition: x}       | no service etcd4",
        "etcd1:2379,etcd2:2379,etcd3:2379        | etcd1:2379,etcd2:2379       | other endpoints",
        "PLINTH_STORE_ETCD_ENDPOINTS             | PLINTH_ETCD_ENDPOINTS       |"
            + " PLINTH_ETCD_ENDPOINTS",
        "http://127.0.0.1:8080/readyz            | http://127.0.0.1:8081/readyz | 8081 is not"
            + " listened on",
        "eclipse-temurin:25-jre                  | eclipse-temurin             | without a version",
      })
  void aMistakeIsFound(String text, String mistake, String problem) throws IOException {
    String file = Files.readString(FILE, UTF_8);
    assertThat(file).contains(text);
    assertThat(problems(file.replace(text, mistake)))
        .anySatisfy(found -> assertThat(found).contains(problem));
  }

  /** The members of etcd that a file describes. */
  static EtcdMembers members(Path file) throws IOException {
    Map<String, Map<String, String>> members = new LinkedHashMap<>();
    YamlTree services = YamlTree.documents(Files.readString(file, UTF_8)).getFirst().at("services");
    services
        .members()
        .forEach((name, service) -> {
          if (service.at("image").text().contains("/etcd:")) {
            members.put(name, service.at("environment").pairs());
          }
        });
    return new EtcdMembers(members);
  }

  private static List<String> problems(String text) {
    YamlTree file = YamlTree.documents(text).getFirst();
    List<String> problems = new ArrayList<>();
    Map<String, Map<String, String>> members = new LinkedHashMap<>();
    Set<String> hostPorts = new HashSet<>();
    Set<String> volumes = new HashSet<>();
    file.at("services")
        .members()
        .forEach((name, service) -> {
          Map<String, String> environment = service.at("environment").pairs();
          Set<Integer> listening;
          if (service.at("image").text().contains("/etcd:")) {
            members.put(name, environment);
            listening = portsOf(environment);
            checkData(name, service, environment, problems);
          } else {
            listening = plinthPorts(name, environment, problems);
          }
          checkService(name, service, file, problems);
          checkPorts(name, service, listening, hostPorts, problems);
          checkVolumes(name, service, file, volumes, problems);
        });
    EtcdMembers cluster = new EtcdMembers(members);
    problems.addAll(cluster.problems());
    String endpoints =
        file.at("services", "plinth", "environment", "PLINTH_STORE_ETCD_ENDPOINTS").text();
    if (!endpoints.equals(String.join(",", cluster.endpoints()))) {
      problems.add("plinth is given other endpoints than the members': " + endpoints);
    }
    return problems;
  }

  private static void checkService(
      String name, YamlTree service, YamlTree file, List<String> problems) {
    if (!service.at("image").text().matches(".+:[^:/]*\\d[^:/]*")) {
      problems.add(name + ": an image without a version");
    }
    if (service.at("healthcheck", "test").isMissing()) {
      problems.add(name + ": no health check");
    }
    if (service.at("deploy", "resources", "limits", "memory").isMissing()) {
      problems.add(name + ": no limit of memory");
    }
    for (String other : service.at("depends_on").members().keySet()) {
      if (file.at("services", other).isMissing()) {
        problems.add(name + ": depends on what is not there: no service " + other);
      }
    }
  }

  private static void checkPorts(
      String name,
      YamlTree service,
      Set<Integer> listening,
      Set<String> hostPorts,
      List<String> problems) {
    List<Integer> targets = new ArrayList<>();
    for (String port : service.at("ports").texts()) {
      String[] parts = port.split(":", -1);
      targets.add(Integer.parseInt(parts[parts.length - 1]));
      if (!port.startsWith("127.0.0.1:")) {
        problems.add(name + ": " + port + " is open to the network");
      }
      if (!hostPorts.add(parts[parts.length - 2])) {
        problems.add(name + ": port " + parts[parts.length - 2] + " twice");
      }
    }
    for (String argument : service.at("healthcheck", "test").texts()) {
      int at = argument.indexOf("http://");
      if (at >= 0) {
        targets.add(URI.create(argument.substring(at)).getPort());
      }
    }
    for (int target : targets) {
      if (!listening.contains(target)) {
        problems.add(name + ": " + target + " is not listened on, but " + listening);
      }
    }
  }

  private static void checkVolumes(
      String name, YamlTree service, YamlTree file, Set<String> used, List<String> problems) {
    for (String mount : service.at("volumes").texts()) {
      String source = mount.substring(0, Math.max(0, mount.indexOf(':')));
      if (source.matches("[a-z0-9]+")) {
        if (file.at("volumes", source).isMissing()) {
          problems.add(name + ": no volume " + source);
        }
        if (!used.add(source)) {
          problems.add(name + ": the volume " + source + " is used twice");
        }
      }
    }
  }

  private static void checkData(
      String name, YamlTree service, Map<String, String> environment, List<String> problems) {
    String data = environment.getOrDefault("ETCD_DATA_DIR", "-");
    if (service.at("volumes").texts().stream().noneMatch(mount -> mount.endsWith(":" + data))) {
      problems.add(name + ": the data in " + data + " does not outlive the container");
    }
  }

  private static Set<Integer> portsOf(Map<String, String> environment) {
    return Set.of(
        EtcdMembers.uri(environment, "ETCD_LISTEN_CLIENT_URLS").getPort(),
        EtcdMembers.uri(environment, "ETCD_LISTEN_PEER_URLS").getPort());
  }

  /** Reads the variables as Plinth would, and returns the ports that its services listen on. */
  private static Set<Integer> plinthPorts(
      String name, Map<String, String> environment, List<String> problems) {
    Map<String, String> variables = new HashMap<>(environment);
    variables.remove("PLINTH_AOT");
    try {
      Settings settings =
          new ConfigLoader(LauncherConfig::from, Set.of())
              .load(Optional.empty(), variables, List.of());
      LauncherConfig.from(settings);
      return ServicePorts.of(settings);
    } catch (RuntimeException refused) {
      problems.add(name + ": " + refused.getMessage());
      return Set.of();
    }
  }
}

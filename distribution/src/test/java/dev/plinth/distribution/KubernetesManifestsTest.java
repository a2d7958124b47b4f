package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.config.ConfigLoader;
import dev.plinth.distribution.wiring.LauncherConfig;
import dev.plinth.spi.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the Kubernetes manifests say fits together. */
final class KubernetesManifestsTest {
  private static final Path FOLDER = Path.of("..", "deploy", "kubernetes");

  @Test
  void theManifestsFitTogether() throws IOException {
    KubernetesManifests manifests = KubernetesManifests.of(text());
    assertThat(manifests.problems()).isEmpty();
    assertThat(manifests.objects()).hasSizeGreaterThanOrEqualTo(9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serviceName: etcd                | serviceName: etcd-client      | no headless Service",
        "publishNotReadyAddresses: true   | publishNotReadyAddresses: false | wait for each other",
        "podManagementPolicy: Parallel    | podManagementPolicy: OrderedReady | wait for each"
            + " other",
        "replicas: 3                      | replicas: 5                   | lists other members",
        "replicas: 3                      | replicas: 4                   | an even number",
        "etcd-2=http://etcd-2.etcd:2380   | etcd-2=http://etcd-2:2380     | lists other members",
        "http://$(POD_NAME).etcd:2379     | http://$(POD_NAME):2379       | names another host",
        "http://$(POD_NAME).etcd:2379     | http://$(POD_ID).etcd:2379    | is not defined before"
            + " use",
        "http://0.0.0.0:2379              | http://0.0.0.0:2399           | the port client is not"
            + " that",
        "http://0.0.0.0:2381              | http://0.0.0.0:2382           | the port metrics is not"
            + " that",
        "containerPort: 2381              | containerPort: 2380           | declared twice",
        "port: metrics                    | port: health                  | not declared",
        "targetPort: client               | targetPort: clients           | is none of",
        "port: 8003                       | port: 8004                    | is none of",
        "maxUnavailable: 1                | maxUnavailable: 2             | no majority",
        "enableServiceLinks: false        | enableServiceLinks: true      | become variables",
        "selector:\\n"
            + "    app.kubernetes.io/name: etcd | selector:\\n"
            + "    app: etcd | selects 0 workloads",
        "matchLabels:\\n"
            + "      app.kubernetes.io/name: plinth | matchLabels:\\n"
            + "      app: plinth | selects 0",
        "labels:\\n"
            + "        app.kubernetes.io/name: etcd | labels:\\n"
            + "        app: etcd | its own pods",
        "mountPath: /var/lib/etcd         | mountPath: /var/lib/other     | does not outlive",
        "- name: archive                  | - name: archives              | no volume archives",
        "- name: data\\n"
            + "              mountPath | - name: datum\\n"
            + "              mountPath | no volume datum",
        "claimName: plinth-archive        | claimName: archive            | no"
            + " PersistentVolumeClaim",
        "memory: 1Gi                      | storage: 1Gi                  | no requests of memory",
      })
  void aMistakeIsFound(String text, String mistake, String problem) throws IOException {
    String manifests = text();
    String right = text.replace("\\n", "\n");
    assertThat(manifests).contains(right);
    String broken =
        manifests.replaceFirst(
            Pattern.quote(right), Matcher.quoteReplacement(mistake.replace("\\n", "\n")));
    assertThat(KubernetesManifests.of(broken).problems())
        .anySatisfy(found -> assertThat(found).contains(problem));
  }

  @Test
  void plinthReadsItsConfigurationAndVariables(@TempDir Path folder) throws IOException {
    KubernetesManifests manifests = KubernetesManifests.of(text());
    YamlTree deployment = manifests.named("Deployment", "plinth");
    Settings settings = settings(manifests, deployment, folder);
    LauncherConfig.from(settings);
    Map<String, Integer> ports =
        KubernetesManifests.ports(KubernetesManifests.containerOf(deployment));
    assertThat(ports.values()).containsExactlyInAnyOrderElementsOf(ServicePorts.of(settings));
  }

  @Test
  void plinthIsGivenTheEndpointsOfTheMembers(@TempDir Path folder) throws IOException {
    KubernetesManifests manifests = KubernetesManifests.of(text());
    Settings store =
        settings(manifests, manifests.named("Deployment", "plinth"), folder).section("store");
    assertThat(store.string("backend", "memory")).isEqualTo("etcd");
    assertThat(store.section("etcd").strings("endpoints", List.of()))
        .isEqualTo(KubernetesManifests.members(manifests.named("StatefulSet", "etcd")).endpoints());
  }

  /** Reads what a pod of Plinth would read. */
  private static Settings settings(KubernetesManifests manifests, YamlTree deployment, Path folder)
      throws IOException {
    List<String> command = KubernetesManifests.containerOf(deployment).at("command").texts();
    String mounted = command.get(command.indexOf("--config") + 1);
    assertThat(Path.of(mounted).getParent())
        .isEqualTo(
            Path.of(
                KubernetesManifests.containerOf(deployment).at("volumeMounts").items().stream()
                    .filter(mount -> mount.at("name").text().equals("configuration"))
                    .findFirst()
                    .orElseThrow()
                    .at("mountPath")
                    .text()));
    String name = Path.of(mounted).getFileName().toString();
    String written = manifests.named("ConfigMap", "plinth").at("data", name).text();
    assertThat(written).isNotEmpty();
    Path file = Files.writeString(folder.resolve(name), written, UTF_8);
    Map<String, String> variables =
        new HashMap<>(KubernetesManifests.environment(deployment, "plinth-7d9f-abcde"));
    variables.remove("PLINTH_AOT");
    return new ConfigLoader(LauncherConfig::from, Set.of())
        .load(Optional.of(file), variables, List.of());
  }

  private static String text() throws IOException {
    return Files.readString(FOLDER.resolve("etcd.yaml"), UTF_8)
        + "\n---\n"
        + Files.readString(FOLDER.resolve("plinth.yaml"), UTF_8);
  }
}

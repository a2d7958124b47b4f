package dev.plinth.distribution;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Manifests that are applied together, and what in them refers to something that is not there.
 *
 * <p>Immutable.
 */
record KubernetesManifests(List<YamlTree> objects) {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\((\\w+)\\)");
  private static final List<String> PROBES =
      List.of("startupProbe", "readinessProbe", "livenessProbe");

  static KubernetesManifests of(String text) {
    return new KubernetesManifests(
        YamlTree.documents(text).stream().filter(object -> !object.isMissing()).toList());
  }

  List<String> problems() {
    List<String> problems = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (YamlTree object : objects) {
      if (object.at("apiVersion").isMissing() || !names.add(label(object))) {
        problems.add(label(object) + ": no version, or there is another one of that name");
      }
    }
    workloads().forEach(workload -> checkWorkload(workload, problems));
    ofKind("Service").forEach(service -> checkService(service, problems));
    ofKind("PodDisruptionBudget").forEach(budget -> checkBudget(budget, problems));
    ofKind("StatefulSet").forEach(set -> checkMembers(set, problems));
    return problems;
  }

  List<YamlTree> ofKind(String kind) {
    return objects.stream().filter(object -> object.at("kind").text().equals(kind)).toList();
  }

  YamlTree named(String kind, String name) {
    return ofKind(kind).stream()
        .filter(object -> name(object).equals(name))
        .findFirst()
        .orElse(new YamlTree(Optional.empty()));
  }

  static YamlTree podOf(YamlTree workload) {
    return workload.at("spec", "template");
  }

  static YamlTree containerOf(YamlTree workload) {
    return podOf(workload).at("spec", "containers").items().getFirst();
  }

  private List<YamlTree> workloads() {
    return objects.stream().filter(object -> !object.at("spec", "template").isMissing()).toList();
  }

  private static String name(YamlTree object) {
    return object.at("metadata", "name").text();
  }

  private static String label(YamlTree object) {
    return object.at("kind").text() + " " + name(object);
  }

  private static boolean selects(YamlTree selector, YamlTree pod) {
    return !selector.pairs().isEmpty()
        && pod.at("metadata", "labels").pairs().entrySet().containsAll(selector.pairs().entrySet());
  }

  private List<YamlTree> selected(YamlTree selector) {
    return workloads().stream().filter(workload -> selects(selector, podOf(workload))).toList();
  }

  private void checkService(YamlTree service, List<String> problems) {
    List<YamlTree> selected = selected(service.at("spec", "selector"));
    if (selected.size() != 1) {
      problems.add(label(service) + ": selects " + selected.size() + " workloads");
      return;
    }
    Map<String, Integer> ports = ports(containerOf(selected.getFirst()));
    for (YamlTree port : service.at("spec", "ports").items()) {
      String target = port.at("targetPort").text();
      if (!Integer.valueOf(port.at("port").number()).equals(ports.get(target))) {
        problems.add(label(service) + ": " + port.pairs() + " is none of " + ports);
      }
    }
  }

  private void checkBudget(YamlTree budget, List<String> problems) {
    List<YamlTree> selected = selected(budget.at("spec", "selector", "matchLabels"));
    if (selected.size() != 1) {
      problems.add(label(budget) + ": selects " + selected.size() + " workloads");
      return;
    }
    int away = budget.at("spec", "maxUnavailable").number();
    int replicas = selected.getFirst().at("spec", "replicas").number();
    boolean keepsMajority = replicas <= 2 || replicas - away > replicas / 2;
    if (away < 1 || !keepsMajority) {
      problems.add(label(budget) + ": " + away + " of " + replicas + " may be away, no majority");
    }
  }

  private void checkWorkload(YamlTree workload, List<String> problems) {
    YamlTree pod = podOf(workload);
    if (!selects(workload.at("spec", "selector", "matchLabels"), pod)) {
      problems.add(label(workload) + ": does not select its own pods");
    }
    if (!pod.at("spec", "enableServiceLinks").text().equals("false")) {
      problems.add(label(workload) + ": services in the namespace become variables of its pods");
    }
    if (pod.at("spec", "containers").items().size() != 1) {
      problems.add(label(workload) + ": not one container");
      return;
    }
    checkContainer(workload, containerOf(workload), problems);
  }

  private void checkContainer(YamlTree workload, YamlTree container, List<String> problems) {
    if (!container.at("image").text().matches(".+:[^:/]*\\d[^:/]*")) {
      problems.add(label(workload) + ": an image without a version");
    }
    for (String resource : List.of("cpu", "memory")) {
      for (String bound : List.of("requests", "limits")) {
        if (container.at("resources", bound, resource).isMissing()) {
          problems.add(label(workload) + ": no " + bound + " of " + resource);
        }
      }
    }
    Map<String, Integer> ports = ports(container);
    if (new HashSet<>(ports.values()).size() < container.at("ports").items().size()) {
      problems.add(label(workload) + ": a port is declared twice");
    }
    for (String probe : PROBES) {
      YamlTree port = container.at(probe, "httpGet", "port");
      if (!ports.containsKey(port.text())) {
        problems.add(
            label(workload) + ": " + probe + " asks at '" + port.text() + "', not declared");
      }
    }
    Set<String> defined = new HashSet<>();
    for (YamlTree variable : container.at("env").items()) {
      Matcher references = REFERENCE.matcher(variable.at("value").text());
      while (references.find()) {
        if (!defined.contains(references.group(1))) {
          problems.add(label(workload) + ": " + references.group() + " is not defined before use");
        }
      }
      defined.add(variable.at("name").text());
    }
    checkVolumes(workload, container, problems);
  }

  private void checkVolumes(YamlTree workload, YamlTree container, List<String> problems) {
    Set<String> volumes = new HashSet<>();
    for (YamlTree claim : workload.at("spec", "volumeClaimTemplates").items()) {
      volumes.add(name(claim));
    }
    for (YamlTree volume : podOf(workload).at("spec", "volumes").items()) {
      volumes.add(volume.at("name").text());
      String claim = volume.at("persistentVolumeClaim", "claimName").text();
      String map = volume.at("configMap", "name").text();
      if (!claim.isEmpty() && named("PersistentVolumeClaim", claim).isMissing()) {
        problems.add(label(workload) + ": no PersistentVolumeClaim " + claim);
      }
      if (!map.isEmpty() && named("ConfigMap", map).isMissing()) {
        problems.add(label(workload) + ": no ConfigMap " + map);
      }
    }
    for (YamlTree mount : container.at("volumeMounts").items()) {
      if (!volumes.contains(mount.at("name").text())) {
        problems.add(label(workload) + ": no volume " + mount.at("name").text());
      }
    }
  }

  private void checkMembers(YamlTree set, List<String> problems) {
    String serviceName = set.at("spec", "serviceName").text();
    YamlTree headless = named("Service", serviceName).at("spec");
    if (!headless.at("clusterIP").text().equals("None")
        || !selects(headless.at("selector"), podOf(set))) {
      problems.add(label(set) + ": " + serviceName + " is no headless Service for its pods");
    }
    if (!headless.at("publishNotReadyAddresses").text().equals("true")
        || !set.at("spec", "podManagementPolicy").text().equals("Parallel")) {
      problems.add(label(set) + ": the members would wait for each other");
    }
    EtcdMembers members = members(set);
    problems.addAll(members.problems());
    Map<String, Integer> ports = ports(containerOf(set));
    Map<String, String> environment = environment(set, name(set) + "-0");
    Map.of("client", "CLIENT", "peer", "PEER", "metrics", "METRICS")
        .forEach((name, kind) -> {
          URI url = EtcdMembers.uri(environment, "ETCD_LISTEN_" + kind + "_URLS");
          if (!Integer.valueOf(url.getPort()).equals(ports.get(name))) {
            problems.add(label(set) + ": the port " + name + " is not that of " + url);
          }
        });
    String data = environment.getOrDefault("ETCD_DATA_DIR", "-");
    if (containerOf(set).at("volumeMounts").items().stream()
        .noneMatch(mount -> data.startsWith(mount.at("mountPath").text() + "/"))) {
      problems.add(label(set) + ": the data in " + data + " does not outlive the pod");
    }
  }

  /** The members that a set makes, by the name that its service gives to each. */
  static EtcdMembers members(YamlTree set) {
    Map<String, Map<String, String>> members = new LinkedHashMap<>();
    for (int i = 0; i < set.at("spec", "replicas").number(); i++) {
      String pod = name(set) + "-" + i;
      members.put(pod + "." + set.at("spec", "serviceName").text(), environment(set, pod));
    }
    return new EtcdMembers(members);
  }

  /** The variables of one pod of a workload. */
  static Map<String, String> environment(YamlTree workload, String pod) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (YamlTree variable : containerOf(workload).at("env").items()) {
      String value =
          switch (variable.at("valueFrom", "fieldRef", "fieldPath").text()) {
            case "metadata.name" -> pod;
            case "status.podIP" -> "10.0.0.1";
            default -> variable.at("value").text();
          };
      Matcher references = REFERENCE.matcher(value);
      environment.put(
          variable.at("name").text(),
          references.replaceAll(found -> environment.getOrDefault(found.group(1), "")));
    }
    return environment;
  }

  static Map<String, Integer> ports(YamlTree container) {
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (YamlTree port : container.at("ports").items()) {
      ports.put(port.at("name").text(), port.at("containerPort").number());
    }
    return ports;
  }
}

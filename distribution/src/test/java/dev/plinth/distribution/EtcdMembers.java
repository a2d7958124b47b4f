package dev.plinth.distribution;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The members of an etcd cluster as their environment describes them, by the name under which
 * others reach each of them, and what would keep them from becoming a cluster.
 *
 * <p>Immutable.
 */
record EtcdMembers(Map<String, Map<String, String>> environments) {

  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (environments.size() % 2 == 0) {
      problems.add(environments.size() + " members: an even number survives no more than one less");
    }
    Map<String, String> cluster = new LinkedHashMap<>();
    environments
        .values()
        .forEach(environment ->
            cluster.put(
                environment.getOrDefault("ETCD_NAME", ""),
                environment.getOrDefault("ETCD_INITIAL_ADVERTISE_PEER_URLS", "")));
    environments.forEach((host, environment) -> {
      if (!list(environment.getOrDefault("ETCD_INITIAL_CLUSTER", "")).equals(cluster)) {
        problems.add(
            host
                + ": ETCD_INITIAL_CLUSTER lists other members than there are: "
                + environment.get("ETCD_INITIAL_CLUSTER")
                + ", not "
                + cluster);
      }
      matches(
          problems, host, environment, "ETCD_INITIAL_ADVERTISE_PEER_URLS", "ETCD_LISTEN_PEER_URLS");
      matches(problems, host, environment, "ETCD_ADVERTISE_CLIENT_URLS", "ETCD_LISTEN_CLIENT_URLS");
      if (!"new".equals(environment.get("ETCD_INITIAL_CLUSTER_STATE"))) {
        problems.add(host + ": a first start needs ETCD_INITIAL_CLUSTER_STATE new");
      }
      for (String name : List.of("ETCD_AUTO_COMPACTION_RETENTION", "ETCD_QUOTA_BACKEND_BYTES")) {
        if (!environment.containsKey(name)) {
          problems.add(host + ": " + name + " is not set");
        }
      }
    });
    for (String name : List.of("ETCD_NAME", "ETCD_ADVERTISE_CLIENT_URLS")) {
      if (environments.values().stream().map(each -> each.get(name)).distinct().count()
          < environments.size()) {
        problems.add("two members have the same " + name);
      }
    }
    return problems;
  }

  /** Where clients reach the members. */
  List<String> endpoints() {
    return environments.values().stream()
        .map(environment -> uri(environment, "ETCD_ADVERTISE_CLIENT_URLS").getAuthority())
        .map(String::valueOf)
        .toList();
  }

  private static void matches(
      List<String> problems,
      String host,
      Map<String, String> environment,
      String advertised,
      String listening) {
    URI told = uri(environment, advertised);
    URI bound = uri(environment, listening);
    if (!host.equals(told.getHost())) {
      problems.add(host + ": " + advertised + " names another host: " + told);
    }
    if (told.getPort() != bound.getPort()
        || !String.valueOf(told.getScheme()).equals(bound.getScheme())) {
      problems.add(host + ": " + advertised + " is " + told + ", " + listening + " is " + bound);
    }
    if (!"0.0.0.0".equals(bound.getHost())) {
      problems.add(host + ": " + listening + " cannot be reached from outside: " + bound);
    }
  }

  static URI uri(Map<String, String> environment, String name) {
    return URI.create(environment.getOrDefault(name, ""));
  }

  private static Map<String, String> list(String cluster) {
    Map<String, String> members = new HashMap<>();
    for (String member : cluster.split(",", -1)) {
      String[] parts = member.split("=", 2);
      members.put(parts[0], parts.length == 2 ? parts[1] : "");
    }
    return members;
  }
}

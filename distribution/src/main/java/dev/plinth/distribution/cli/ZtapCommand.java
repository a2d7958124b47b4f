package dev.plinth.distribution.cli;

import dev.plinth.distribution.wiring.Demonstrations;
import dev.plinth.service.ztap.cluster.ClusterText;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The ZTAP cluster: its members, its leader, and a demonstration of both. */
@Command(name = "ztap", description = "The ZTAP cluster.", subcommands = ZtapCommand.Cluster.class)
final class ZtapCommand {
  private static final String SERVICE = "ztap";
  private static final String STATUS = "/v1/cluster/status";
  private static final String NODES = "/v1/cluster/nodes";

  private final Demonstrations demonstrations;
  private final Console console;

  ZtapCommand(Demonstrations demonstrations, Console console) {
    this.demonstrations = demonstrations;
    this.console = console;
  }

  @Command(
      name = "demo",
      description = {
        "Runs three nodes, crashes the leader, then stops the next one, and shows what each takes:",
        "in this process on the memory store, or as three processes on a shared store",
        "(--etcd-endpoints). Needs no running launcher; takes 15 to 30 seconds."
      })
  int demo(@Mixin ConfigurationOptions configuration) throws InterruptedException {
    return demonstrations.ztapCluster(configuration.settings(), console.out()::println)
        ? ExitCodes.DONE
        : ExitCodes.FAILED;
  }

  /** Members and leader; none of these commands registers or campaigns. */
  @Command(
      name = "cluster",
      description = "Members and leader of the running cluster.",
      subcommands = TestEtcdCommand.class)
  static final class Cluster {
    @Mixin private final Connection connection;

    Cluster(Connection connection) {
      this.connection = connection;
    }

    @Command(name = "status", description = "Shows the leader and the nodes.")
    int status() {
      return show(ClusterText::status);
    }

    @Command(name = "list", description = "Lists the nodes with their last heartbeats.")
    int list() {
      return show(ClusterText::list);
    }

    @Command(
        name = "join",
        description = "Declares a member, which stays listed until it is removed.")
    int join(
        @Parameters(paramLabel = "NODE-ID") String id,
        @Parameters(paramLabel = "ADDRESS", description = "Host and port.") String address) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("id", id);
      node.put("address", address);
      JsonNode reply = connection.client().send(SERVICE, "POST", NODES, Optional.of(node));
      return connection.show(reply, out -> out.println("Node " + id + " joined cluster"));
    }

    @Command(name = "leave", description = "Removes a node: declared, running or both.")
    int leave(
        @Parameters(paramLabel = "NODE-ID") String id,
        @Option(
                names = "--force",
                description = "Also a node that still runs; it may come back by itself.")
            boolean force) {
      String path =
          NODES
              + "/"
              + URLEncoder.encode(id, StandardCharsets.UTF_8)
              + (force ? "?force=true" : "");
      JsonNode reply = connection.client().send(SERVICE, "DELETE", path, Optional.empty());
      return connection.show(reply, out -> out.println("Node " + id + " left cluster"));
    }

    private int show(Function<Map<String, ?>, String> text) {
      JsonNode status = connection.client().get(SERVICE, STATUS);
      return connection.show(
          status,
          out -> {
            out.print(text.apply(map(status)));
            out.flush();
          });
    }
  }

  private static Map<String, Object> map(JsonNode object) {
    Map<String, Object> map = new LinkedHashMap<>();
    object
        .properties()
        .forEach(field -> plain(field.getValue()).ifPresent(v -> map.put(field.getKey(), v)));
    return map;
  }

  private static Optional<Object> plain(JsonNode node) {
    if (node.isNull()) {
      return Optional.empty();
    }
    if (node.isObject()) {
      return Optional.of(map(node));
    }
    if (node.isArray()) {
      List<Object> items = new ArrayList<>();
      node.forEach(item -> plain(item).ifPresent(items::add));
      return Optional.of(items);
    }
    return Optional.of(
        node.isBoolean()
            ? node.booleanValue()
            : node.isNumber() ? node.numberValue() : node.asString());
  }
}

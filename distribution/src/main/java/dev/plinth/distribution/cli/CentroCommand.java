package dev.plinth.distribution.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Jobs and nodes of the control plane. */
@Command(
    name = "centro",
    description = "Jobs and nodes of the job control plane.",
    subcommands = {CentroCommand.Jobs.class, CentroCommand.Nodes.class})
final class CentroCommand {
  private static final String SERVICE = "centro";
  private static final String JOBS = "/api/v1/jobs";
  private static final String NODES = "/api/v1/nodes";

  CentroCommand() {}

  /** Jobs. */
  @Command(name = "jobs", description = "Jobs: queued, active and ended.")
  static final class Jobs {
    @Mixin private final Connection connection;

    Jobs(Connection connection) {
      this.connection = connection;
    }

    @Command(name = "list", description = "Lists jobs, a page of at most 1000 at a time.")
    int list(
        @Option(names = "--status", description = "Only jobs of this status.")
            Optional<String> status,
        @Option(
                names = "--limit",
                description = "Jobs per page (default 100).",
                defaultValue = "100")
            int limit,
        @Option(names = "--continue", description = "Where the last page ended.")
            Optional<String> token) {
      String path =
          JOBS
              + "?limit="
              + limit
              + status.map(word -> "&status=" + encoded(word)).orElse("")
              + token.map(text -> "&continue=" + encoded(text)).orElse("");
      JsonNode page = connection.client().get(SERVICE, path);
      return connection.show(
          page,
          out -> {
            Table table = new Table("ID", "NAME", "STATUS", "PRIORITY", "NODE", "ATTEMPT");
            for (JsonNode job : page.path("jobs")) {
              table.row(
                  text(job, "job_id"),
                  text(job, "name"),
                  text(job, "status"),
                  text(job, "priority"),
                  text(job, "node_id"),
                  text(job, "attempt"));
            }
            table.print(out);
            showRest(page, out);
          });
    }

    @Command(name = "get", description = "Shows one job with everything that is known of it.")
    int get(@Parameters(paramLabel = "ID") String id) {
      JsonNode job = connection.client().get(SERVICE, JOBS + "/" + encoded(id));
      return connection.show(job, out -> out.println(job.toPrettyString()));
    }

    @Command(name = "submit", description = "Submits the job that a JSON file describes.")
    int submit(
        @Option(
                names = {"-f", "--file"},
                required = true,
                paramLabel = "FILE",
                description = "The job as JSON; - for standard input.")
            String file) {
      JsonNode reply =
          connection.client().send(SERVICE, "POST", JOBS, Optional.of(connection.document(file)));
      return connection.show(reply, out -> out.println(text(reply, "job_id")));
    }

    @Command(name = "cancel", description = "Cancels a queued job.")
    int cancel(@Parameters(paramLabel = "ID") String id) {
      JsonNode reply =
          connection
              .client()
              .send(SERVICE, "POST", JOBS + "/" + encoded(id) + "/cancel", Optional.empty());
      return connection.show(reply, out -> out.println(text(reply, "message")));
    }
  }

  /** Nodes. */
  @Command(name = "nodes", description = "Nodes that agents have reported.")
  static final class Nodes {
    @Mixin private final Connection connection;

    Nodes(Connection connection) {
      this.connection = connection;
    }

    @Command(name = "list", description = "Lists nodes, a page of at most 1000 at a time.")
    int list(
        @Option(
                names = "--limit",
                description = "Nodes per page (default 100).",
                defaultValue = "100")
            int limit,
        @Option(names = "--continue", description = "Where the last page ended.")
            Optional<String> token) {
      JsonNode page =
          connection
              .client()
              .get(
                  SERVICE,
                  NODES + "?limit=" + limit + token.map(t -> "&continue=" + encoded(t)).orElse(""));
      return connection.show(
          page,
          out -> {
            Table table = new Table("ID", "STATUS", "LAST HEARTBEAT");
            for (JsonNode node : page.path("nodes")) {
              table.row(text(node, "node_id"), text(node, "status"), text(node, "last_heartbeat"));
            }
            table.print(out);
            showRest(page, out);
          });
    }

    @Command(name = "get", description = "Shows one node with everything that is known of it.")
    int get(@Parameters(paramLabel = "ID") String id) {
      JsonNode node = connection.client().get(SERVICE, NODES + "/" + encoded(id));
      return connection.show(node, out -> out.println(node.toPrettyString()));
    }
  }

  private static void showRest(JsonNode page, PrintWriter out) {
    for (JsonNode invalid : page.path("invalid")) {
      out.println("unreadable: " + text(invalid, "key") + " " + text(invalid, "problem"));
    }
    if (page.has("continue")) {
      out.println("more: --continue " + text(page, "continue"));
    }
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isMissingNode() || value.isNull() ? "-" : value.asString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

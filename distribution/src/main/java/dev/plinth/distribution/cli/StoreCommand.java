package dev.plinth.distribution.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The data of the running launcher's store. */
@Command(
    name = "store",
    description = {
      "Reads and writes the store of the running launcher, whichever it is;",
      "with --direct a shared store without a launcher."
    },
    subcommands = StoreCommand.Lease.class)
final class StoreCommand {
  private static final String KV = "/admin/v1/store/kv";

  @Mixin private final StoreAccess connection;
  private static final String MEASUREMENTS = "measurements";

  StoreCommand(StoreAccess connection) {
    this.connection = connection;
  }

  @Command(name = "get", description = "Prints the value of a key.")
  int get(
      @Parameters(paramLabel = "KEY") String key,
      @Option(names = "--at", paramLabel = "REVISION", description = "As it was at this revision.")
          Optional<Long> at) {
    JsonNode slice =
        connection
            .client()
            .admin(
                "GET",
                KV + "?key=" + encoded(key) + at.map(r -> "&at=" + r).orElse(""),
                Optional.empty());
    return connection.show(
        slice, out -> out.println(bytes(slice.path("entries").path(0), "value")));
  }

  @Command(name = "put", description = "Writes a key, whatever was there.")
  int put(
      @Parameters(paramLabel = "KEY") String key,
      @Parameters(paramLabel = "VALUE") String value,
      @Option(names = "--lease", paramLabel = "ID", description = "The lease the key ends with.")
          Optional<String> lease) {
    ObjectNode put = JsonNodeFactory.instance.objectNode();
    put.put("key", key).put("value", value);
    lease.ifPresent(id -> put.put("lease", id));
    JsonNode reply = connection.client().admin("PUT", KV, Optional.of(put));
    return connection.show(reply, out -> out.println("revision " + text(reply, "revision")));
  }

  @Command(
      name = "del",
      description = "Deletes a key, or with --prefix all keys that begin with it.")
  int del(
      @Parameters(paramLabel = "KEY") String key,
      @Option(names = "--prefix", description = "Every key that begins with KEY.") boolean prefix) {
    JsonNode reply =
        connection.client().admin("DELETE", KV + "?" + range(key, prefix), Optional.empty());
    connection.show(reply, out -> out.println("deleted " + text(reply, "deleted")));
    return reply.path("deleted").asLong() == 0 ? ExitCodes.NOT_FOUND : ExitCodes.DONE;
  }

  @Command(name = "list", description = "Lists keys and values, all pages at one revision.")
  int list(
      @Parameters(
              paramLabel = "PREFIX",
              arity = "0..1",
              defaultValue = "",
              description = "Begin of the keys; all without it.")
          String prefix,
      @Option(names = "--keys-only", description = "Leaves values out.") boolean keysOnly) {
    String path = KV + "?prefix=" + encoded(prefix) + (keysOnly ? "&keys_only=true" : "");
    LauncherClient client = connection.client();
    Optional<String> token = Optional.empty();
    do {
      JsonNode page =
          client.admin(
              "GET", path + token.map(t -> "&continue=" + encoded(t)).orElse(""), Optional.empty());
      connection.show(page, out -> page.path("entries").forEach(e -> print(e, keysOnly, out)));
      token = page.has("continue") ? Optional.of(text(page, "continue")) : Optional.empty();
    } while (token.isPresent());
    return ExitCodes.DONE;
  }

  @Command(name = "watch", description = "Prints changes as they happen, until interrupted.")
  int watch(
      @Parameters(paramLabel = "KEY") String key,
      @Option(names = "--prefix", description = "Every key that begins with KEY.") boolean prefix,
      @Option(names = "--from", paramLabel = "REVISION", description = "From this revision on.")
          Optional<Long> from) {
    String path =
        "/admin/v1/store/watch?" + range(key, prefix) + from.map(r -> "&from=" + r).orElse("");
    connection
        .client()
        .events(
            path,
            event -> {
              if (!event.name().equals("progress")) {
                connection.show(event.data(), out -> print(event, out));
              }
            });
    return ExitCodes.DONE;
  }

  @Command(
      name = "txn",
      description = {
        "Commits a transaction: {\"conditions\": [{\"key\": ..., \"target\": \"version\","
            + " \"relation\": \"=\",",
        "\"operand\": 0}], \"then\": [{\"put\": {\"key\": ..., \"value\": ...}}], \"otherwise\":"
            + " [{\"get\": ...}]}.",
        "Exit code 3 if the conditions did not hold."
      })
  int txn(
      @Option(
              names = {"-f", "--file"},
              required = true,
              paramLabel = "FILE",
              description = "The transaction as JSON; - for standard input.")
          String file) {
    JsonNode commit =
        connection
            .client()
            .admin("POST", "/admin/v1/store/txn", Optional.of(connection.document(file)));
    connection.show(commit, out -> out.println(commit.toPrettyString()));
    return commit.path("succeeded").asBoolean() ? ExitCodes.DONE : ExitCodes.NOT_FOUND;
  }

  @Command(name = "status", description = "Shows how the store is.")
  int status() {
    JsonNode status = connection.client().admin("GET", "/admin/v1/store/status", Optional.empty());
    return connection.show(status, out -> print(status, out));
  }

  private static void print(JsonNode status, PrintWriter out) {
    Table table = new Table("PROPERTY", "VALUE");
    for (Map.Entry<String, JsonNode> field : status.properties()) {
      if (!field.getKey().equals("members") && !field.getKey().equals(MEASUREMENTS)) {
        table.row(field.getKey().replace('_', ' '), words(field.getValue()));
      }
    }
    table.print(out);
    if (status.path(MEASUREMENTS).size() > 0) {
      out.println();
      Table measured = new Table("MEASURED BY THE LAUNCHER", "VALUE");
      for (Map.Entry<String, JsonNode> each : status.path(MEASUREMENTS).properties()) {
        measured.row(each.getKey().replace('_', ' '), each.getValue().asString());
      }
      measured.print(out);
    }
    if (status.path("members").size() > 0) {
      out.println();
      Table members = new Table("MEMBER", "NAME", "ROLE", "CLIENT URLS");
      for (JsonNode member : status.path("members")) {
        boolean leads = text(member, "id").equals(text(status, "leader"));
        members.row(
            text(member, "id"),
            text(member, "name"),
            leads ? "leader" : "",
            words(member.path("client_urls")));
      }
      members.print(out);
    }
  }

  private static String words(JsonNode value) {
    if (!value.isArray()) {
      return value.asString();
    }
    List<String> items = new ArrayList<>();
    value.forEach(item -> items.add(item.asString()));
    return items.isEmpty() ? "none" : String.join(", ", items);
  }

  @Command(
      name = "compact",
      description = "Gives up history before a revision; keys as they are now stay.")
  int compact(@Parameters(paramLabel = "REVISION") long revision) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("revision", revision);
    JsonNode reply =
        connection.client().admin("POST", "/admin/v1/store/compact", Optional.of(body));
    return connection.show(reply, out -> out.println("compacted " + text(reply, "compacted")));
  }

  /** Leases. */
  @Command(name = "lease", description = "Leases of the store.")
  static final class Lease {
    private static final String LEASES = "/admin/v1/store/leases";

    private final StoreAccess connection;

    Lease(StoreAccess connection) {
      this.connection = connection;
    }

    @Command(name = "grant", description = "Grants a lease; nothing renews it.")
    int grant(@Parameters(paramLabel = "SECONDS") long seconds) {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.put("ttl_seconds", seconds);
      return show(connection.client().admin("POST", LEASES, Optional.of(body)));
    }

    @Command(name = "renew", description = "Starts the time to live of a lease anew.")
    int renew(@Parameters(paramLabel = "ID") String id) {
      return show(
          connection
              .client()
              .admin("POST", LEASES + "/" + encoded(id) + "/renew", Optional.empty()));
    }

    @Command(name = "revoke", description = "Ends a lease and deletes its keys.")
    int revoke(@Parameters(paramLabel = "ID") String id) {
      JsonNode reply =
          connection.client().admin("DELETE", LEASES + "/" + encoded(id), Optional.empty());
      return connection.show(reply, out -> out.println("revision " + text(reply, "revision")));
    }

    @Command(name = "get", description = "Shows a lease and its keys.")
    int get(@Parameters(paramLabel = "ID") String id) {
      return show(connection.client().admin("GET", LEASES + "/" + encoded(id), Optional.empty()));
    }

    @Command(name = "list", description = "Lists the leases that live.")
    int list() {
      JsonNode leases = connection.client().admin("GET", LEASES, Optional.empty());
      return connection.show(
          leases, out -> leases.path("leases").forEach(lease -> out.println(text(lease, "id"))));
    }

    private int show(JsonNode lease) {
      return connection.show(
          lease,
          out -> {
            out.println(
                "lease "
                    + text(lease, "id")
                    + " granted "
                    + text(lease, "granted_seconds")
                    + " s, remaining "
                    + text(lease, "remaining_seconds")
                    + " s");
            lease.path("keys").forEach(key -> out.println("  " + bytes(key, "key")));
          });
    }
  }

  private static void print(JsonNode entry, boolean keysOnly, PrintWriter out) {
    out.println(bytes(entry, "key") + (keysOnly ? "" : " = " + bytes(entry, "value")));
  }

  private static void print(LauncherClient.Event event, PrintWriter out) {
    JsonNode change = event.data();
    out.println(
        text(change, "modified")
            + " "
            + event.name()
            + " "
            + bytes(change, "key")
            + (event.name().equals("put") ? " = " + bytes(change, "value") : ""));
  }

  private static String range(String key, boolean prefix) {
    return (prefix ? "prefix=" : "key=") + encoded(key);
  }

  private static String bytes(JsonNode object, String field) {
    return object.has(field) ? text(object, field) : "base64:" + text(object, field + "_base64");
  }

  private static String text(JsonNode object, String field) {
    return object.path(field).asString("");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

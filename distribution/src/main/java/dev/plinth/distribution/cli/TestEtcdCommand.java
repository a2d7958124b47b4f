package dev.plinth.distribution.cli;

import dev.plinth.distribution.wiring.LauncherConfig;
import dev.plinth.distribution.wiring.Logging;
import dev.plinth.distribution.wiring.StoreCheck;
import dev.plinth.spi.Settings;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreStatus;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Tries the connection to etcd, with or without a running launcher. */
@Command(
    name = "test-etcd",
    description = {
      "Connects to the etcd that is configured, whichever store is chosen, lists its members,",
      "and writes, reads and deletes a key below ztap.key-prefix. Needs no running launcher.",
      "Exit code 4 if etcd cannot be reached within store.etcd.dial-timeout or refuses."
    })
final class TestEtcdCommand implements Callable<Integer> {
  private final Connection connection;

  TestEtcdCommand(Connection connection) {
    this.connection = connection;
  }

  @Override
  public Integer call() {
    Settings settings = connection.settings();
    StoreProvider etcd = StoreProvider.named("etcd");
    Settings section = LauncherConfig.sectionOf(etcd, settings.section("store"));
    List<String> endpoints = section.strings("endpoints", List.of("localhost:2379"));
    String prefix = settings.section("ztap").string("key-prefix", "/ztap");
    Logging.onlyErrors();
    connection.text(out -> {
      out.println("Testing etcd connection to: [" + String.join(" ", endpoints) + "]");
      out.println();
      out.flush();
    });
    try (StoreCheck check = StoreCheck.of(etcd, section)) {
      StoreStatus status = check.status();
      connection.text(out -> print(status, out));
      List<StoreCheck.Step> steps = check.probe(prefix);
      return connection.show(document(endpoints, status, steps), out -> print(prefix, steps, out));
    } catch (StoreException failed) {
      throw new CommandException(
          ExitCodes.UNAVAILABLE, "etcd connection failed: " + FailureText.of(failed));
    }
  }

  private static void print(StoreStatus status, PrintWriter out) {
    out.println("Connection successful!");
    out.println("Etcd cluster has " + status.members().size() + " member(s)");
    int number = 0;
    for (StoreStatus.Member member : status.members()) {
      out.printf(
          "  %d. ID=%s, Name=%s, ClientURLs=[%s]%n",
          ++number, member.id(), member.name(), String.join(" ", member.clientUrls()));
    }
    out.println();
    out.printf(
        "Version %s, leader %s, database %d bytes, revision %d%n",
        status.version(),
        status.leader().orElse("none"),
        status.sizeBytes(),
        status.revision().value());
    status.alarms().forEach(alarm -> out.println("Alarm: " + alarm));
    out.flush();
  }

  private static void print(String prefix, List<StoreCheck.Step> steps, PrintWriter out) {
    out.println("Probe below " + prefix + ":");
    for (StoreCheck.Step step : steps) {
      out.printf("  %-20s %s ms%n", step.name(), milliseconds(step));
    }
  }

  private static ObjectNode document(
      List<String> endpoints, StoreStatus status, List<StoreCheck.Step> steps) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode addresses = document.putArray("endpoints");
    endpoints.forEach(addresses::add);
    document.put("version", status.version());
    status.leader().ifPresent(leader -> document.put("leader", leader));
    document.put("size_bytes", status.sizeBytes()).put("revision", status.revision().value());
    ArrayNode members = document.putArray("members");
    for (StoreStatus.Member member : status.members()) {
      ArrayNode urls =
          members
              .addObject()
              .put("id", member.id())
              .put("name", member.name())
              .putArray("client_urls");
      member.clientUrls().forEach(urls::add);
    }
    ArrayNode alarms = document.putArray("alarms");
    status.alarms().forEach(alarms::add);
    ArrayNode probe = document.putArray("probe");
    for (StoreCheck.Step step : steps) {
      probe
          .addObject()
          .put("step", step.name())
          .put("milliseconds", step.took().toNanos() / 1_000_000.0);
    }
    return document;
  }

  private static String milliseconds(StoreCheck.Step step) {
    return String.format(Locale.ROOT, "%.2f", step.took().toNanos() / 1_000_000.0);
  }
}

package dev.plinth.service.ztap.cluster;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the commands {@code cluster status} and {@code cluster list} print, from what {@code GET
 * /v1/cluster/status} answers.
 *
 * <p>Pure functions over the JSON document as a map (texts, numbers, booleans, lists and maps of
 * them). Fields that are missing show as blanks; ages are counted up to the document's {@code
 * updated_at}.
 */
public final class ClusterText {
  private static final String GAP = "  ";
  private static final List<String> STATUS_COLUMNS =
      List.of("ID", "Address", "Role", "State", "Joined");
  private static final List<String> LIST_COLUMNS =
      List.of("ID", "Address", "Role", "State", "Joined", "Last Seen");

  private ClusterText() {}

  /**
   * Renders the status: the leader, whether it is this node, and a table of the nodes.
   *
   * @param status the document
   * @return lines, each ended by a line feed
   */
  public static String status(Map<String, ?> status) {
    StringBuilder text = new StringBuilder("Cluster Status\n==============\n\n");
    if (status.get("leader") instanceof Map<?, ?> leader) {
      text.append("Leader: ")
          .append(field(leader, "id"))
          .append(" (")
          .append(field(leader, "address"))
          .append(")\n");
    } else {
      text.append("Leader: (none elected)\n");
    }
    text.append("This node is leader: ")
        .append(Boolean.TRUE.equals(status.get("is_leader")))
        .append('\n');
    if (!field(status, "notice").isEmpty()) {
      text.append("Notice: ").append(field(status, "notice")).append('\n');
    }
    text.append("\nNodes in Cluster:\n");
    List<Map<?, ?>> nodes = nodes(status);
    if (nodes.isEmpty()) {
      return text.append("  (no nodes)\n").toString();
    }
    List<List<String>> rows = rows(STATUS_COLUMNS, nodes, updatedAt(status));
    return text.append(table(rows, GAP))
        .append("\nTotal: ")
        .append(nodes.size())
        .append(" node(s)\n")
        .toString();
  }

  /**
   * Renders the nodes with their last heartbeats.
   *
   * @param status the document
   * @return lines, each ended by a line feed
   */
  public static String list(Map<String, ?> status) {
    List<Map<?, ?>> nodes = nodes(status);
    return nodes.isEmpty()
        ? "No nodes in cluster\n"
        : table(rows(LIST_COLUMNS, nodes, updatedAt(status)), "");
  }

  private static List<Map<?, ?>> nodes(Map<String, ?> status) {
    List<Map<?, ?>> nodes = new ArrayList<>();
    if (status.get("nodes") instanceof List<?> list) {
      for (Object item : list) {
        if (item instanceof Map<?, ?> node) {
          nodes.add(node);
        }
      }
    }
    return nodes;
  }

  private static String updatedAt(Map<String, ?> status) {
    return field(status, "updated_at");
  }

  private static List<List<String>> rows(
      List<String> columns, List<Map<?, ?>> nodes, String updatedAt) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(columns);
    rows.add(columns.stream().map(name -> "-".repeat(name.length())).toList());
    for (Map<?, ?> node : nodes) {
      List<String> row = new ArrayList<>();
      row.add(field(node, "id"));
      row.add(field(node, "address"));
      row.add(field(node, "role"));
      row.add(field(node, "state"));
      row.add(age(field(node, "joined_at"), updatedAt, Duration.ofSeconds(1)));
      if (columns.size() > row.size()) {
        row.add(age(field(node, "last_seen"), updatedAt, Duration.ofMillis(1)));
      }
      rows.add(row);
    }
    return rows;
  }

  private static String age(String since, String until, Duration precision) {
    if (since.isEmpty() || until.isEmpty()) {
      return "-";
    }
    try {
      Duration age = Duration.between(Instant.parse(since), Instant.parse(until));
      Duration whole =
          precision.multipliedBy(age.plus(precision.dividedBy(2)).dividedBy(precision));
      return Durations.text(whole) + " ago";
    } catch (DateTimeException notATime) {
      return "-";
    }
  }

  private static String table(List<List<String>> rows, String indent) {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      text.append(indent);
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        text.append(cell);
        if (column < row.size() - 1) {
          text.append(" ".repeat(width(rows, column) - cell.length())).append(GAP);
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private static String field(Map<?, ?> document, String name) {
    Object value = document.get(name);
    return value == null ? "" : value.toString();
  }
}

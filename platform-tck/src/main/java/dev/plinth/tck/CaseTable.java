package dev.plinth.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How each case stands on each store of a run; written to {@code target/tck-<store>.txt} and {@code
 * .csv} when the run ends. Thread-safe.
 */
final class CaseTable implements AutoCloseable {
  /** One method's result for one of its cases. */
  private record Line(CaseState state, String method, List<String> guarantees, String detail) {}

  private final Path folder;
  private final ReentrantLock lock = new ReentrantLock();
  private final SortedMap<String, SortedMap<Integer, List<Line>>> stores = new TreeMap<>();
  private final SortedMap<String, List<String>> notes = new TreeMap<>();
  private final SortedMap<String, String> servers = new TreeMap<>();

  CaseTable(Path folder) {
    this.folder = folder;
  }

  void add(
      String store,
      int[] cases,
      CaseState state,
      String method,
      List<String> guarantees,
      String detail) {
    lock.lock();
    try {
      for (int number : cases) {
        stores
            .computeIfAbsent(store, name -> new TreeMap<>())
            .computeIfAbsent(number, n -> new ArrayList<>())
            .add(new Line(state, method, guarantees, detail));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Adds a line below the table of a store. */
  void note(String store, String text) {
    lock.lock();
    try {
      notes.computeIfAbsent(store, name -> new ArrayList<>()).add(text);
    } finally {
      lock.unlock();
    }
  }

  /** Says which servers a store runs on. */
  void servers(String store, String text) {
    lock.lock();
    try {
      servers.put(store, text);
    } finally {
      lock.unlock();
    }
  }

  String render(String store) {
    lock.lock();
    try {
      SortedMap<Integer, List<Line>> cases = stores.getOrDefault(store, new TreeMap<>());
      Map<CaseState, Integer> totals = new EnumMap<>(CaseState.class);
      String on = servers.containsKey(store) ? ": " + servers.get(store) : "";
      StringBuilder text =
          new StringBuilder("Contract cases on the store '" + store + "'" + on + "\n\n");
      cases.forEach((number, lines) -> {
        totals.merge(worst(lines), 1, Integer::sum);
        for (Line line : lines) {
          text.append(
              String.format(
                  Locale.ROOT,
                  "%4d  %-20s  %-62s  %s%s%n",
                  number,
                  line.state().text(),
                  line.method(),
                  String.join(" ", line.guarantees()),
                  line.detail().isEmpty() ? "" : "  (" + line.detail() + ")"));
        }
      });
      text.append("\n").append(cases.size()).append(" cases");
      totals.forEach((state, count) -> text.append(", ").append(count + " " + state.text()));
      text.append("\n");
      notes.getOrDefault(store, List.of()).forEach(note -> text.append(note).append("\n"));
      return text.toString();
    } finally {
      lock.unlock();
    }
  }

  private String renderCsv(String store) {
    StringBuilder text = new StringBuilder("case,state,method,guarantees,detail\n");
    stores
        .getOrDefault(store, new TreeMap<>())
        .forEach((number, lines) -> {
          for (Line line : lines) {
            text.append(number + "," + line.state() + "," + line.method() + ",");
            text.append(String.join(" ", line.guarantees()) + ",\"");
            text.append(line.detail().replace("\"", "\"\"") + "\"\n");
          }
        });
    return text.toString();
  }

  private static CaseState worst(List<Line> lines) {
    CaseState worst = CaseState.PASSED;
    for (Line line : lines) {
      worst = line.state().compareTo(worst) > 0 ? line.state() : worst;
    }
    return worst;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      Files.createDirectories(folder);
      for (String store : stores.keySet()) {
        Files.writeString(folder.resolve("tck-" + store + ".txt"), render(store));
        Files.writeString(folder.resolve("tck-" + store + ".csv"), renderCsv(store));
      }
    } catch (IOException unwritable) {
      throw new UncheckedIOException("the table of contract cases", unwritable);
    } finally {
      lock.unlock();
    }
  }
}

package dev.plinth.service.centro.node;

import dev.plinth.service.centro.id.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a node says about itself in a heartbeat.
 *
 * <p>Immutable.
 *
 * @param id its name
 * @param ramMb free memory in megabytes
 * @param cpuPercent free share of its cores, in percent
 * @param diskMb free disk in megabytes
 * @param metadata {@code datacenter} says where it is, {@code cpu_cores} how many cores it has;
 *     anything else is kept and shown
 */
public record NodeReport(
    NodeId id, double ramMb, double cpuPercent, double diskMb, Map<String, String> metadata) {
  private static final String DATACENTER = "datacenter";
  private static final String CPU_CORES = "cpu_cores";
  private static final int MOST_METADATA = 100;
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_VALUE = 2048;

  /** Copies the map. */
  public NodeReport {
    metadata = Map.copyOf(metadata);
  }

  /**
   * Says what is wrong with a report.
   *
   * @param ramMb as in a report
   * @param cpuPercent as in a report
   * @param diskMb as in a report
   * @param metadata as in a report
   * @return parts of a sentence, each naming its field; none if the report is sound
   */
  public static List<String> violations(
      double ramMb, double cpuPercent, double diskMb, Map<String, String> metadata) {
    List<String> violations = new ArrayList<>();
    amount("ram_mb", ramMb, violations);
    amount("cpu_percent", cpuPercent, violations);
    amount("disk_mb", diskMb, violations);
    if (metadata.size() > MOST_METADATA) {
      violations.add("metadata has more than " + MOST_METADATA + " entries");
    }
    metadata.forEach((name, value) -> {
      if (name.isEmpty() || name.length() > LONGEST_NAME) {
        violations.add("metadata has a name that is empty or above " + LONGEST_NAME);
      }
      if (value.length() > LONGEST_VALUE) {
        violations.add("metadata " + name + " is longer than " + LONGEST_VALUE);
      }
    });
    if (metadata.containsKey(CPU_CORES) && cores(metadata).isEmpty()) {
      violations.add("metadata " + CPU_CORES + " is not a number of zero or more");
    }
    return violations;
  }

  /**
   * Says what is wrong with this report.
   *
   * @return parts of a sentence, each naming its field; none if the report is sound
   */
  public List<String> violations() {
    return violations(ramMb, cpuPercent, diskMb, metadata);
  }

  /**
   * Returns where the node is.
   *
   * @return the name of its datacenter, if it says so
   */
  public Optional<String> datacenter() {
    return Optional.ofNullable(metadata.get(DATACENTER))
        .map(String::strip)
        .filter(name -> !name.isEmpty());
  }

  /**
   * Returns how many cores are free.
   *
   * @return the free share of its cores; nothing if it does not say how many it has
   */
  public OptionalDouble freeCores() {
    OptionalDouble cores = cores(metadata);
    return cores.isEmpty()
        ? cores
        : OptionalDouble.of(cores.getAsDouble() * Math.min(cpuPercent, 100) / 100);
  }

  private static OptionalDouble cores(Map<String, String> metadata) {
    String text = metadata.get(CPU_CORES);
    if (text == null) {
      return OptionalDouble.empty();
    }
    try {
      double cores = Double.parseDouble(text.strip());
      return Double.isFinite(cores) && cores >= 0
          ? OptionalDouble.of(cores)
          : OptionalDouble.empty();
    } catch (NumberFormatException notANumber) {
      return OptionalDouble.empty();
    }
  }

  private static void amount(String field, double value, List<String> violations) {
    if (!Double.isFinite(value) || value < 0) {
      violations.add(field + " is not a number of zero or more");
    }
  }
}

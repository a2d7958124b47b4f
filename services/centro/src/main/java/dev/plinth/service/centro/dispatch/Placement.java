package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.job.Resources;
import dev.plinth.service.centro.job.Shape;
import dev.plinth.service.centro.node.NodeSituation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Whether a job fits a node.
 *
 * <p>Immutable.
 */
final class Placement {
  private Placement() {}

  /** Says what a node lacks for a job, in words; nothing if the job fits. */
  static Optional<String> lack(Shape shape, NodeSituation node) {
    List<String> lacking = new ArrayList<>();
    Optional<String> datacenter = node.node().report().datacenter();
    if (!shape.datacenters().accept(datacenter)) {
      lacking.add(
          datacenter
              .map(name -> "datacenter is " + name + ", not " + shape.datacenters().commaForm())
              .orElseGet(
                  () -> "node names no datacenter, job needs " + shape.datacenters().commaForm()));
    }
    Resources needed = shape.resources();
    if (needed.memoryMb() > 0) {
      shortBy("memory", needed.memoryMb() - node.freeMemoryMb(), "MB", lacking);
    }
    if (needed.diskMb() > 0) {
      shortBy("disk", needed.diskMb() - node.freeDiskMb(), "MB", lacking);
    }
    if (needed.cpu() > 0) {
      OptionalDouble cores = node.freeCores();
      if (cores.isEmpty()) {
        lacking.add("node does not report cpu_cores");
      } else {
        shortBy("cpu", needed.cpu() - cores.getAsDouble(), "cores", lacking);
      }
    }
    return lacking.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", lacking));
  }

  private static void shortBy(String what, double amount, String unit, List<String> lacking) {
    if (amount > 0) {
      String digits = String.format(Locale.ROOT, "%.2f", amount);
      lacking.add(what + " short by " + digits.replaceAll("\\.?0+$", "") + " " + unit);
    }
  }
}

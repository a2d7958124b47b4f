package dev.plinth.chassis.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;

/**
 * What the JVM says about itself. Read when somebody asks, nothing runs behind: no listener on the
 * collector, no thread.
 */
final class JvmMeters {
  private JvmMeters() {}

  static void bindTo(MeterRegistry registry) {
    Runtime runtime = Runtime.getRuntime();
    Gauge.builder("jvm.memory.heap.used", runtime, r -> r.totalMemory() - r.freeMemory())
        .description("Heap in use, with what the next collection will free")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("jvm.memory.heap.committed", runtime, Runtime::totalMemory)
        .description("Heap taken from the operating system")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("jvm.memory.heap.max", runtime, Runtime::maxMemory)
        .description("How large the heap may grow")
        .baseUnit("bytes")
        .register(registry);
    // The beans are looked up at the first scrape: they cost start-up time that nobody asked for.
    Gauge.builder("jvm.threads.platform", () -> threads().getThreadCount())
        .description("Platform threads that live")
        .register(registry);
    TimeGauge.builder("process.uptime", () -> uptime().getUptime(), TimeUnit.MILLISECONDS)
        .description("How long the process runs")
        .register(registry);
    FunctionCounter.builder("jvm.gc.collections", runtime, r -> collections())
        .description("Garbage collections")
        .register(registry);
  }

  private static ThreadMXBean threads() {
    return ManagementFactory.getThreadMXBean();
  }

  private static RuntimeMXBean uptime() {
    return ManagementFactory.getRuntimeMXBean();
  }

  private static double collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .filter(count -> count > 0)
        .sum();
  }
}

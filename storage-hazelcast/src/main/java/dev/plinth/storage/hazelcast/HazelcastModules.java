package dev.plinth.storage.hazelcast;

import com.hazelcast.core.Hazelcast;
import java.util.List;
import org.slf4j.Logger;

/** The packages of the JDK that Hazelcast reaches into. Stateless. */
final class HazelcastModules {
  /**
   * What a JVM with an embedded member is to be started with; the launcher's script does.
   *
   * <p>Without it a member works, but selects sockets more slowly and knows less of its machine.
   */
  static final List<String> OPTIONS =
      List.of(
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.management/sun.management=ALL-UNNAMED",
          "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED");

  private HazelcastModules() {}

  /** Says once what is missing, if anything is. */
  static void warnIfClosed(Logger log) {
    if (!isOpen()) {
      log.warn("start Java with these options for Hazelcast: {}", String.join(" ", OPTIONS));
    }
  }

  static boolean isOpen() {
    Module hazelcast = Hazelcast.class.getModule();
    return is(hazelcast, "java.base", "jdk.internal.ref", false)
        && is(hazelcast, "java.base", "java.lang", true)
        && is(hazelcast, "java.base", "sun.nio.ch", true)
        && is(hazelcast, "java.management", "sun.management", true)
        && is(hazelcast, "jdk.management", "com.sun.management.internal", true);
  }

  private static boolean is(Module hazelcast, String module, String name, boolean opened) {
    return ModuleLayer.boot()
        .findModule(module)
        .map(found -> opened ? found.isOpen(name, hazelcast) : found.isExported(name, hazelcast))
        .orElse(true);
  }
}

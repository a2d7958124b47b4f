package dev.plinth.tck;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Ports of this machine's loopback address that nobody listens on, and that no outgoing connection
 * is given: a server that is stopped finds its port free when it is started again.
 *
 * <p>Thread-safe. No two callers in one process are given the same port, for as long as a few
 * thousand others were not given away since: a server that is not started yet, or is stopped for a
 * while, keeps its own. Callers in two processes may be, as rarely as chance has it.
 *
 * @since 0.1
 */
public final class Ports {
  private static final int FIRST = 12_000;
  private static final int END = 32_000;

  /** So many of those that were given away are not given away again. */
  private static final int REMEMBERED = 5_000;

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final SequencedSet<Integer> GIVEN = new LinkedHashSet<>();

  private Ports() {}

  /**
   * Returns one.
   *
   * @return between 12000 and 31999
   * @throws IllegalStateException if there is none
   */
  public static int free() {
    for (int attempt = 0; attempt < 1000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        if (isGivenFirst(port)) {
          return port;
        }
      } catch (IOException taken) {
        // another one then
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + END);
  }

  private static boolean isGivenFirst(int port) {
    LOCK.lock();
    try {
      boolean first = GIVEN.add(port);
      if (GIVEN.size() > REMEMBERED) {
        int unused = GIVEN.removeFirst();
      }
      return first;
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * Returns several.
   *
   * @param count how many
   * @return all different, in no order
   * @throws IllegalStateException if there are too few
   */
  public static List<Integer> free(int count) {
    Set<Integer> ports = new LinkedHashSet<>();
    while (ports.size() < count) {
      boolean unused = ports.add(free());
    }
    return List.copyOf(ports);
  }
}

package dev.plinth.storage.etcd.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that nobody listens on, and that no outgoing connection is given: a server that is stopped
 * finds its port free when it is started again.
 */
final class Ports {
  private static final int FIRST = 12_000;
  private static final int END = 32_000;

  private Ports() {}

  static int free() {
    for (int attempt = 0; attempt < 1000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException taken) {
        // another one then
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + END);
  }
}

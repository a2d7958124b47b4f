package dev.plinth.storage.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A port of 127.0.0.1 that takes connections and never says anything. */
final class SilentPort implements AutoCloseable {
  /** The system accepts for us, up to the backlog; nobody reads. */
  private final ServerSocket listener;

  SilentPort() throws IOException {
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  }

  String endpoint() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}

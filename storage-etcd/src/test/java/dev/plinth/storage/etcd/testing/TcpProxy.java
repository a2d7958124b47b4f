package dev.plinth.storage.etcd.testing;

import dev.plinth.tck.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A port of 127.0.0.1 whose connections lead to another one, and that disturbs them on demand.
 *
 * <p>It passes HTTP/2 on frame by frame, so that it can end streams as a server does and lose an
 * answer at the moment when it was given; whatever does not begin as HTTP/2 it passes on as bytes.
 *
 * <p>Thread-safe. A disturbance holds for present and new connections until {@link #heal}.
 */
public final class TcpProxy implements AutoCloseable {
  /** The two ways through a connection. */
  public enum Direction {
    /** From the client to the server. */
    REQUESTS,
    /** From the server to the client. */
    ANSWERS
  }

  private static final Duration GONE_AFTER = Duration.ofSeconds(10);

  private final int port;
  private volatile int target;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final Set<Direction> stalled = EnumSet.noneOf(Direction.class);
  private final Map<Direction, Long> bytesLeft = new EnumMap<>(Direction.class);
  private final Set<ProxiedConnection> lossy = new HashSet<>();
  private long delayNanos;
  private boolean losesNextAnswer;
  private boolean closed;
  private @Nullable ServerSocket listener;

  /** Keeps the port from others while nobody listens. */
  private @Nullable Socket placeholder;

  private TcpProxy(int port, int target) {
    this.port = port;
    this.target = target;
  }

  /**
   * Opens a proxy.
   *
   * @param target the port of 127.0.0.1 that connections lead to
   * @return the proxy, without a disturbance
   */
  public static TcpProxy to(int target) {
    TcpProxy proxy = new TcpProxy(Ports.free(), target);
    proxy.listen();
    return proxy;
  }

  /**
   * Returns where clients connect to.
   *
   * @return "127.0.0.1:23790"
   */
  public String endpoint() {
    return "127.0.0.1:" + port;
  }

  /**
   * Returns how many connections are open now.
   *
   * @return those that were accepted and not yet closed
   */
  public int connections() {
    return connections.size();
  }

  private void listen() {
    lock.lock();
    try {
      if (closed || listener != null) {
        return;
      }
      Socket held = placeholder;
      if (held != null) {
        placeholder = null;
        held.close();
      }
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      bind(socket);
      listener = socket;
      Thread unused = Thread.ofVirtual().name("proxy-" + port).start(() -> accept(socket));
    } catch (IOException failed) {
      throw new UncheckedIOException("listening on " + port, failed);
    } finally {
      lock.unlock();
    }
  }

  /** Binds, when the socket of before is gone: it goes a moment after it was closed. */
  private void bind(ServerSocket socket) throws IOException {
    long end = System.nanoTime() + GONE_AFTER.toNanos();
    while (!socket.isBound()) {
      try {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
      } catch (IOException occupied) {
        if (System.nanoTime() - end > 0) {
          throw occupied;
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        begin(socket.accept());
      } catch (IOException ended) {
        // this socket is closed, or the client was gone at once
      }
    }
  }

  private void begin(Socket client) throws IOException {
    Socket server = new Socket();
    try {
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 2000);
    } catch (IOException refused) {
      client.setSoLinger(true, 0);
      client.close();
      return;
    }
    ProxiedConnection connection = new ProxiedConnection(this, client, server);
    lock.lock();
    try {
      if (closed || listener == null) {
        connection.reset();
        return;
      }
      connections.add(connection);
    } finally {
      lock.unlock();
    }
    connection.start();
  }

  void ended(ProxiedConnection connection) {
    connections.remove(connection);
  }

  /**
   * Leads new connections somewhere else; present ones stay where they are.
   *
   * @param newTarget a port of 127.0.0.1
   */
  public void leadTo(int newTarget) {
    target = newTarget;
  }

  /** Refuses new connections as a machine without a server does; present ones go on. */
  public void refuse() {
    lock.lock();
    try {
      ServerSocket open = listener;
      listener = null;
      if (open != null) {
        open.close();
        if (!closed) {
          hold();
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } finally {
      lock.unlock();
    }
  }

  private void hold() throws IOException {
    Socket held = new Socket();
    try {
      held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      placeholder = held;
    } catch (IOException occupied) {
      /* Connections of before linger there, which keep others away as well. */
      held.close();
    }
  }

  /** Breaks every connection and refuses new ones. */
  public void cut() {
    refuse();
    reset();
  }

  /** Breaks every connection with a reset; new ones are accepted. Not undone by {@link #heal}. */
  public void reset() {
    connections.forEach(ProxiedConnection::reset);
  }

  /**
   * Ends every open HTTP/2 stream as a server does that has no more to say, with the gRPC status
   * OK. Not undone by {@link #heal}.
   */
  public void endStreams() {
    connections.forEach(ProxiedConnection::endStreams);
  }

  /** Holds everything back, both ways; what is held is passed on when healed. */
  public void stall() {
    stall(Direction.REQUESTS);
    stall(Direction.ANSWERS);
  }

  /**
   * Holds everything back that goes one way.
   *
   * @param direction which way
   */
  public void stall(Direction direction) {
    change(() -> stalled.add(direction));
  }

  /**
   * Passes everything on later.
   *
   * @param by how much later; the order is kept
   */
  public void delay(Duration by) {
    change(() -> delayNanos = by.toNanos());
  }

  /**
   * Breaks the connection on which, counted from now over all of them, so many bytes have passed.
   *
   * @param direction which way they go
   * @param bytes how many are passed on before
   */
  public void cutAfter(Direction direction, long bytes) {
    change(() -> bytesLeft.put(direction, bytes));
  }

  /** Lets the server answer one call more, then breaks the connection instead of passing it on. */
  public void loseNextAnswer() {
    change(() -> losesNextAnswer = true);
  }

  /** Ends every disturbance. */
  public void heal() {
    change(() -> {
      stalled.clear();
      bytesLeft.clear();
      delayNanos = 0;
      losesNextAnswer = false;
      breakLossy();
    });
    listen();
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Says how long what was just read has to wait. */
  long delayNanos() {
    lock.lock();
    try {
      return delayNanos;
    } finally {
      lock.unlock();
    }
  }

  /** Waits while a way is held back, then says how many of the bytes may pass before the cut. */
  int permit(Direction direction, int bytes) throws InterruptedException {
    lock.lock();
    try {
      while (stalled.contains(direction) && !closed) {
        changed.await();
      }
      Long left = bytesLeft.get(direction);
      if (left == null) {
        return bytes;
      }
      int permitted = (int) Math.min(bytes, left);
      bytesLeft.put(direction, left - permitted);
      return permitted;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Says whether a frame of an answer is to be lost. A connection that has lost any is broken when
   * the answer is whole, or when losing ends otherwise.
   */
  boolean loses(ProxiedConnection connection, boolean whole) {
    lock.lock();
    try {
      if (!losesNextAnswer) {
        return false;
      }
      lossy.add(connection);
      if (whole) {
        losesNextAnswer = false;
        breakLossy();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void breakLossy() {
    lossy.forEach(ProxiedConnection::reset);
    lossy.clear();
  }

  /** Breaks every connection and stops listening. Idempotent. */
  @Override
  public void close() {
    change(() -> closed = true);
    cut();
    List.copyOf(connections).forEach(ProxiedConnection::reset);
    lock.lock();
    try {
      Socket held = placeholder;
      placeholder = null;
      if (held != null) {
        held.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } finally {
      lock.unlock();
    }
  }
}

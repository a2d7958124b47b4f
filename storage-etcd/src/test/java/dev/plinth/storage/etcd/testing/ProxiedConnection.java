package dev.plinth.storage.etcd.testing;

import dev.plinth.storage.etcd.testing.TcpProxy.Direction;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection through a {@link TcpProxy}. Each way has a thread that reads and one that writes,
 * so that a delay does not make it slower.
 */
final class ProxiedConnection {
  private static final byte[] NOTHING = {};
  private static final int QUEUED = 1024;

  /** What was read and when it may be written. */
  private record Chunk(ByteBuffer bytes, long due) {}

  private final TcpProxy proxy;
  private final Socket client;
  private final Socket server;
  private final BlockingQueue<Chunk> requests = new LinkedBlockingQueue<>(QUEUED);
  private final BlockingQueue<Chunk> answers = new LinkedBlockingQueue<>(QUEUED);

  /** Streams that the client has opened and the server has not ended: whether it has begun to. */
  private final Map<Integer, Boolean> streams = new ConcurrentHashMap<>();

  /** Streams that were ended here, of which the client must hear no more. */
  private final Set<Integer> ended = ConcurrentHashMap.newKeySet();

  /** Held while a stream is passed on or ended, so that nothing follows its end. */
  private final ReentrantLock frames = new ReentrantLock();

  private volatile boolean http2;

  ProxiedConnection(TcpProxy proxy, Socket client, Socket server) {
    this.proxy = proxy;
    this.client = client;
    this.server = server;
  }

  void start() throws IOException {
    client.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
    run("reads-requests", this::readRequests, () -> end(Direction.REQUESTS));
    run("writes-requests", () -> write(Direction.REQUESTS, server), this::reset);
    run("writes-answers", () -> write(Direction.ANSWERS, client), this::reset);
  }

  /** What one thread of a connection does. */
  @FunctionalInterface
  private interface Part {
    void run() throws IOException, InterruptedException;
  }

  private void run(String name, Part part, Runnable atEnd) {
    Thread unused =
        Thread.ofVirtual()
            .name("proxy-" + name)
            .start(() -> {
              try {
                part.run();
              } catch (IOException broken) {
                // one side has ended the connection: then the other one learns it
              } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
              } finally {
                atEnd.run();
              }
            });
  }

  private void readRequests() throws IOException, InterruptedException {
    InputStream input = new BufferedInputStream(client.getInputStream(), 1 << 16);
    byte[] first = input.readNBytes(Http2Frame.PREFACE.length());
    http2 = Http2Frame.isPreface(first);
    run("reads-answers", this::readAnswers, () -> end(Direction.ANSWERS));
    offer(Direction.REQUESTS, first);
    if (!http2) {
      copy(Direction.REQUESTS, input);
      return;
    }
    while (true) {
      Http2Frame frame = Http2Frame.read(input);
      if (frame.opensStream()) {
        streams.put(frame.stream(), false);
      } else if (frame.isReset()) {
        streams.remove(frame.stream());
      }
      if (!ended.contains(frame.stream()) || !frame.isOfStream()) {
        offer(Direction.REQUESTS, frame.bytes());
      }
    }
  }

  private void readAnswers() throws IOException, InterruptedException {
    InputStream input = new BufferedInputStream(server.getInputStream(), 1 << 16);
    if (!http2) {
      copy(Direction.ANSWERS, input);
      return;
    }
    while (true) {
      Http2Frame frame = Http2Frame.read(input);
      if (frame.isOfStream() && proxy.loses(this, frame.endsStream())) {
        continue;
      }
      frames.lock();
      try {
        /* Headers still go on, since the two sides count them. */
        if (ended.contains(frame.stream()) && frame.isOfStream() && !frame.isHeaders()) {
          continue;
        }
        if (frame.endsStream() || frame.isReset()) {
          streams.remove(frame.stream());
        } else if (frame.isHeaders()) {
          Boolean unused = streams.computeIfPresent(frame.stream(), (stream, begun) -> true);
        }
        offer(Direction.ANSWERS, frame.bytes());
      } finally {
        frames.unlock();
      }
    }
  }

  private void copy(Direction direction, InputStream input)
      throws IOException, InterruptedException {
    byte[] buffer = new byte[1 << 14];
    for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
      offer(direction, Arrays.copyOf(buffer, read));
    }
  }

  /** Lets the writer end the connection after everything before is written. */
  private void end(Direction direction) {
    try {
      offer(direction, NOTHING);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private BlockingQueue<Chunk> queue(Direction direction) {
    return direction == Direction.REQUESTS ? requests : answers;
  }

  private void offer(Direction direction, byte[] bytes) throws InterruptedException {
    queue(direction).put(new Chunk(ByteBuffer.wrap(bytes), System.nanoTime() + proxy.delayNanos()));
  }

  private void write(Direction direction, Socket to) throws IOException, InterruptedException {
    while (true) {
      Chunk chunk = queue(direction).take();
      for (long wait = chunk.due() - System.nanoTime();
          wait > 0;
          wait = chunk.due() - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      if (chunk.bytes().capacity() == 0) {
        return;
      }
      int permitted = proxy.permit(direction, chunk.bytes().capacity());
      to.getOutputStream().write(chunk.bytes().array(), 0, permitted);
      if (permitted < chunk.bytes().capacity()) {
        return;
      }
    }
  }

  /** Tells the client that each stream has ended well, and the server that nobody wants more. */
  void endStreams() {
    frames.lock();
    try {
      for (Map.Entry<Integer, Boolean> open : Map.copyOf(streams).entrySet()) {
        int stream = open.getKey();
        streams.remove(stream);
        ended.add(stream);
        offer(Direction.ANSWERS, Http2Frame.end(stream, open.getValue()).bytes());
        offer(Direction.REQUESTS, Http2Frame.cancel(stream).bytes());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      frames.unlock();
    }
  }

  /** Breaks the connection on both sides, without the politeness of an orderly end. */
  void reset() {
    proxy.ended(this);
    for (Socket socket : List.of(client, server)) {
      try {
        socket.setSoLinger(true, 0);
      } catch (IOException closedAlready) {
        // as it should be
      }
      try {
        socket.close();
      } catch (IOException closedAlready) {
        // as it should be
      }
    }
    for (BlockingQueue<Chunk> queue : List.of(requests, answers)) {
      queue.clear();
      boolean unused = queue.offer(new Chunk(ByteBuffer.wrap(NOTHING), System.nanoTime()));
    }
  }
}

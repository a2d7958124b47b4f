package dev.plinth.chassis.http;

import dev.plinth.chassis.http.ServerEvent.Kind;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of server-sent events of one server.
 *
 * <p>Thread-safe. A stream lives on the thread of its request; a second thread writes a comment
 * when the stream is silent for long, so that a client that went away is noticed.
 */
final class EventStreams {
  private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private final Set<Stream> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  void serve(Context ctx, EventSource source) {
    try (source) {
      if (stopping) {
        throw new HandleClosedException("the server stops");
      }
      ctx.contentType("text/event-stream; charset=utf-8");
      ctx.header("Cache-Control", "no-store");
      ctx.header("X-Accel-Buffering", "no");
      Stream stream = new Stream(source, Thread.currentThread(), output(ctx));
      open.add(stream);
      Thread heartbeat = Thread.ofVirtual().name("plinth-http-heartbeat").start(stream::beat);
      try {
        if (!stopping) {
          stream.run();
        }
      } finally {
        open.remove(stream);
        heartbeat.interrupt();
      }
    }
  }

  /** The servlet's own stream: Javalin's around it does not pass a flush on. */
  private static ServletOutputStream output(Context ctx) {
    try {
      return ctx.res().getOutputStream();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** Ends every stream and lets no other begin. */
  void stop() {
    stopping = true;
    open.forEach(Stream::end);
  }

  private static final class Stream {
    private final EventSource source;
    private final Thread reader;
    private final ServletOutputStream out;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile boolean ended;

    Stream(EventSource source, Thread reader, ServletOutputStream out) {
      this.source = source;
      this.reader = reader;
      this.out = out;
    }

    void run() {
      try {
        write(":\n\n");
        while (!ended) {
          write(text(source.next()));
        }
      } catch (HistoryLostException lost) {
        writeLast(ServerEvent.resync(lost.compacted()));
      } catch (IncarnationLostException lost) {
        writeLast(ServerEvent.resync(Revision.ZERO));
      } catch (HandleClosedException closed) {
        LOG.debug("A stream of events was closed");
      } catch (StoreException failed) {
        LOG.atWarn().setCause(failed).log("A stream of events ended; its client will come back");
      } catch (IOException gone) {
        LOG.debug("The client of a stream of events went away");
      } catch (InterruptedException asked) {
        LOG.debug("A stream of events was asked to end");
      } catch (RuntimeException defect) { // the answer has begun: no problem document can follow
        if (!ended) {
          LOG.atError().setCause(defect).log("A stream of events failed");
        }
      } finally {
        ended = true;
        // Jetty must not see the interrupt that was meant for the wait.
        boolean interrupted = Thread.interrupted();
        LOG.atDebug().addKeyValue("interrupted", interrupted).log("A stream of events is over");
      }
    }

    void beat() {
      try {
        while (!ended) {
          Thread.sleep(HEARTBEAT);
          write(":\n\n");
        }
      } catch (IOException gone) {
        end();
      } catch (InterruptedException over) {
        Thread.currentThread().interrupt();
      }
    }

    void end() {
      ended = true;
      source.close();
      reader.interrupt();
    }

    private void writeLast(ServerEvent event) {
      try {
        write(text(List.of(event)));
      } catch (IOException gone) {
        LOG.debug("The client of a stream of events went away");
      }
    }

    private void write(String text) throws IOException {
      if (text.isEmpty()) {
        return;
      }
      writing.lock();
      try {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
      } finally {
        writing.unlock();
      }
    }

    /** Only the last event of a revision carries the id: a client that saw it saw all of them. */
    private static String text(List<ServerEvent> events) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < events.size(); i++) {
        ServerEvent event = events.get(i);
        boolean last = i + 1 == events.size() || !events.get(i + 1).id().equals(event.id());
        if (last) {
          text.append("id: ").append(event.id()).append('\n');
        }
        text.append("event: ").append(event.kind().text()).append('\n');
        text.append("data: ").append(Json.text(event.data())).append("\n\n");
        if (event.kind() == Kind.RESYNC) {
          break;
        }
      }
      return text.toString();
    }
  }
}

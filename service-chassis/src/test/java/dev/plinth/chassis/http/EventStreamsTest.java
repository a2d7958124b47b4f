package dev.plinth.chassis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.EventReader;
import dev.plinth.chassis.testing.EventReader.Event;
import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EventStreamsTest {
  private static final long MORE_THAN_ANY_BUFFER = 50_000;

  /** Counts from a revision, as fast as it is read, up to a last one. */
  private static final class Counting implements EventSource {
    private final AtomicLong next;
    private final long last;
    private final String padding;
    private final CountDownLatch closed = new CountDownLatch(1);

    Counting(long first, long last, String padding) {
      this.next = new AtomicLong(first);
      this.last = last;
      this.padding = padding;
    }

    @Override
    public List<ServerEvent> next() throws InterruptedException {
      if (next.get() > last) {
        closed.await();
        throw new HandleClosedException("closed");
      }
      return List.of(event(next.getAndIncrement(), padding));
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private static ServerEvent event(long revision, String text) {
    return new ServerEvent(
        ServerEvent.Kind.PUT,
        Revision.of(revision),
        Json.object().put("n", revision).put("text", text));
  }

  private static ServiceFixture serve(Store store, EventHandler handler) {
    return ServiceFixture.start(
        new HttpOnlyService(table -> table.events("/events", handler)), store);
  }

  private static Counting resumable(RequestReader request) {
    long first = request.resumeFrom().orElse(Revision.of(1)).value();
    request.finish();
    return new Counting(first, 5, "");
  }

  @Test
  void aStreamIsResumedWithoutGapOrRepetition() {
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, ctx -> resumable(RequestReader.of(ctx)))) {
      JsonClient http = service.http();
      String last;
      try (EventReader events = http.events("/events")) {
        assertThat(events.status()).isEqualTo(200);
        List<Event> seen = events.next(3);
        assertThat(seen).extracting(Event::id).containsExactly("1", "2", "3");
        assertThat(seen).extracting(Event::kind).containsOnly("put");
        assertThat(seen.getLast().json().path("n").intValue()).isEqualTo(3);
        last = seen.getLast().id();
      }
      try (EventReader resumed = http.withHeader("Last-Event-ID", last).events("/events?from=1")) {
        assertThat(resumed.next(2)).extracting(Event::id).containsExactly("4", "5");
      }
      try (EventReader from = http.events("/events?from=3")) {
        assertThat(from.next(3)).extracting(Event::id).containsExactly("3", "4", "5");
      }
      assertThat(http.get("/events?from=x").wrongFields()).containsExactly("from");
      assertThat(http.withHeader("Last-Event-ID", "x").get("/events").wrongFields())
          .containsExactly("Last-Event-ID");
    }
  }

  @Test
  void onlyTheLastEventOfARevisionCarriesItsId() {
    BlockingQueue<List<ServerEvent>> batches = new LinkedBlockingQueue<>();
    batches.add(List.of(event(1, "a"), event(1, "b"), event(2, "c")));
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, ctx -> queued(batches))) {
      try (EventReader events = service.http().events("/events")) {
        assertThat(events.next(3)).extracting(Event::id).containsExactly("", "1", "2");
      }
    }
  }

  private static EventSource queued(BlockingQueue<List<ServerEvent>> batches) {
    return new EventSource() {
      @Override
      public List<ServerEvent> next() throws InterruptedException {
        return batches.take();
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void lostHistoryOrdersAResyncAndEndsTheStream() {
    EventSource lost =
        new EventSource() {
          @Override
          public List<ServerEvent> next() {
            throw new HistoryLostException(Revision.of(9));
          }

          @Override
          public void close() {}
        };
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, ctx -> lost)) {
      try (EventReader events = service.http().events("/events")) {
        Event last = events.next();
        assertThat(last.kind()).isEqualTo("resync");
        assertThat(last.json().path("revision").intValue()).isEqualTo(9);
        events.awaitEnd();
      }
    }
  }

  @Test
  void whatFailsBeforeTheStreamBeginsIsAProblem() {
    try (Store store = Stores.memory();
        ServiceFixture service =
            serve(
                store,
                ctx -> {
                  throw new HistoryLostException(Revision.of(9));
                })) {
      assertThat(service.http().get("/events").status()).isEqualTo(410);
    }
  }

  @Test
  void aStreamEndsWhenTheServiceStops() {
    Counting source = new Counting(1, 1, "");
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, ctx -> source)) {
      try (EventReader events = service.http().events("/events")) {
        events.next();
        service.stop();
        events.awaitEnd();
        assertThat(source.closed.getCount()).isZero();
      }
    }
  }

  @Test
  void aClientThatDoesNotReadStopsTheReaderAndNobodyElse() throws Exception {
    Counting slow = new Counting(1, MORE_THAN_ANY_BUFFER, "x".repeat(10_000));
    try (Store store = Stores.memory();
        ServiceFixture service =
            serve(store, ctx -> ctx.queryParam("slow") == null ? new Counting(1, 5, "") : slow)) {
      try (Socket client = new Socket("127.0.0.1", service.uri().getPort())) {
        client
            .getOutputStream()
            .write(
                "GET /events?slow=1 HTTP/1.1\r\nHost: x\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        InputStream in = client.getInputStream();
        assertThat(in.read()).isGreaterThan(0);
        awaitStall(slow.next);
        try (EventReader events = service.http().events("/events")) {
          assertThat(events.next(5)).hasSize(5);
        }
        assertThat(slow.next).hasValueLessThan(MORE_THAN_ANY_BUFFER);
      }
      assertThat(slow.closed.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /**
   * Waits until a counter no longer moves; if it only paused, the test sees less, never too much.
   */
  private static void awaitStall(AtomicLong counter) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    long before = -1;
    while (counter.get() != before && counter.get() < MORE_THAN_ANY_BUFFER) {
      before = counter.get();
      assertThat(never.await(300, TimeUnit.MILLISECONDS)).isFalse();
    }
  }
}

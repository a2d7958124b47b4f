package dev.plinth.benchmarks;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients that each send their next request when the last one is answered, on keys of their own.
 */
final class ClosedLoopGrpc {
  private static final int KEYS_EACH = 40;
  private static final ByteString VALUE = ByteString.copyFrom(new byte[128]);

  /** What each client sends. */
  enum Request {
    PUT,
    RANGE
  }

  private final ConnectionsGrpc connections;
  private final Request request;
  private final int clients;

  ClosedLoopGrpc(ConnectionsGrpc connections, Request request, int clients) {
    this.connections = connections;
    this.request = request;
    this.clients = clients;
  }

  /** Returns the requests of each second. */
  double measure(long nanoseconds) throws InterruptedException, ExecutionException {
    long began = System.nanoTime();
    Turn turn = new Turn(began + nanoseconds);
    for (int client = 0; client < clients; client++) {
      new Client(turn, client).next();
    }
    turn.ended.get();
    return turn.answers.sum() * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - began);
  }

  /** Writes every key once, so that ranges find them. */
  void fill() {
    for (int client = 0; client < clients; client++) {
      KVGrpc.KVBlockingStub stub = KVGrpc.newBlockingStub(connections.of(client));
      for (int count = 0; count < KEYS_EACH; count++) {
        if (stub.put(put(client, count)).getHeader().getRevision() == 0) {
          throw new IllegalStateException("a put was answered without a revision");
        }
      }
    }
  }

  private static PutRequest put(int client, int count) {
    return PutRequest.newBuilder().setKey(key(client, count)).setValue(VALUE).build();
  }

  private static ByteString key(int client, int count) {
    return ByteString.copyFrom(
        String.format(Locale.ROOT, "key-%06d-%05d", client, count % KEYS_EACH),
        StandardCharsets.US_ASCII);
  }

  /** What the clients of one turn share. */
  private final class Turn {
    private final long until;
    private final LongAdder answers = new LongAdder();
    private final AtomicInteger running = new AtomicInteger(clients);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    Turn(long until) {
      this.until = until;
    }

    void clientEnded() {
      if (running.decrementAndGet() == 0) {
        ended.complete(null);
      }
    }
  }

  /** One client of one turn. Runs on the connection's thread. */
  private final class Client {
    private final Turn turn;
    private final KVGrpc.KVStub stub;
    private final int number;
    private int count;

    Client(Turn turn, int number) {
      this.turn = turn;
      this.number = number;
      Channel connection = connections.of(number);
      this.stub = KVGrpc.newStub(connection);
    }

    void next() {
      if (System.nanoTime() - turn.until >= 0) {
        turn.clientEnded();
        return;
      }
      count++;
      switch (request) {
        case PUT -> stub.put(put(number, count), new Answer<>(this));
        case RANGE ->
            stub.range(
                RangeRequest.newBuilder().setKey(key(number, count)).build(), new Answer<>(this));
      }
    }
  }

  /** Goes on when the answer is complete. */
  private record Answer<T>(Client client) implements StreamObserver<T> {
    @Override
    public void onNext(T answer) {
      client.turn.answers.increment();
    }

    @Override
    public void onError(Throwable failed) {
      client.turn.ended.completeExceptionally(failed);
    }

    @Override
    public void onCompleted() {
      client.next();
    }
  }
}

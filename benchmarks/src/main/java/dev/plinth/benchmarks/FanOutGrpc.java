package dev.plinth.benchmarks;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Many watches of one key, which is written at a steady pace. Each connection has one stream that
 * its watches share, as client libraries do it.
 */
final class FanOutGrpc implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final ConnectionsGrpc connections;
  private final ByteString key;
  private final int watches;
  private final List<StreamObserver<WatchRequest>> streams = new ArrayList<>();
  private final CountDownLatch created;

  private volatile Turn turn = new Turn(0);

  /**
   * What came of one turn.
   *
   * @param events how many came
   * @param missing how many did not
   * @param p99 from the sending of a put to the coming of its event, in milliseconds
   */
  record Result(int events, int missing, double p99) {}

  /** Opens the watches and waits until they are there. */
  FanOutGrpc(ConnectionsGrpc connections, ByteString key, int watches)
      throws InterruptedException, TimeoutException {
    this.connections = connections;
    this.key = key;
    this.watches = watches;
    this.created = new CountDownLatch(watches);
    for (int stream = 0; stream < connections.count(); stream++) {
      streams.add(WatchGrpc.newStub(connections.of(stream)).watch(new Events()));
    }
    WatchRequest request =
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
            .build();
    for (int watch = 0; watch < watches; watch++) {
      streams.get(watch % streams.size()).onNext(request);
    }
    if (!created.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new TimeoutException(created.getCount() + " watches were not created");
    }
  }

  /** Writes the key so many times at that pace and waits for all events, or for a minute. */
  Result measure(int puts, int eachSecond) throws InterruptedException, ExecutionException {
    Turn now = new Turn(puts);
    turn = now;
    KVGrpc.KVFutureStub sender = KVGrpc.newFutureStub(connections.of(0));
    long began = System.nanoTime();
    long pause = TimeUnit.SECONDS.toNanos(1) / eachSecond;
    for (int put = 0; put < puts; put++) {
      long due = began + put * pause;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      now.sent[put] = System.nanoTime();
      var unusedAnswer =
          sender.put(PutRequest.newBuilder().setKey(key).setValue(number(put)).build());
    }
    try {
      now.complete.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException missing) {
      // The result says how many.
    }
    return now.result();
  }

  private static ByteString number(int put) {
    return ByteString.copyFrom(ByteBuffer.allocate(128).putInt(0, put));
  }

  @Override
  public void close() {
    streams.forEach(StreamObserver::onCompleted);
  }

  /** The latencies of one turn. Written by the connections' thread alone. */
  private final class Turn {
    private final long[] sent;
    private final long[] latencies;
    private final CompletableFuture<Void> complete = new CompletableFuture<>();
    private final AtomicInteger events = new AtomicInteger();

    Turn(int puts) {
      sent = new long[puts];
      latencies = new long[puts * watches];
    }

    void event(int put) {
      int came = events.getAndIncrement();
      latencies[came] = System.nanoTime() - sent[put];
      if (came + 1 == latencies.length) {
        complete.complete(null);
      }
    }

    Result result() {
      int came = events.get();
      long[] sorted = Arrays.copyOf(latencies, came);
      Arrays.sort(sorted);
      double p99 = came == 0 ? Double.NaN : sorted[came - 1 - came / 100] / 1e6;
      return new Result(came, latencies.length - came, p99);
    }
  }

  private final class Events implements StreamObserver<WatchResponse> {
    @Override
    public void onNext(WatchResponse response) {
      if (response.getCreated()) {
        created.countDown();
      }
      response
          .getEventsList()
          .forEach(event -> turn.event(event.getKv().getValue().asReadOnlyByteBuffer().getInt()));
    }

    @Override
    public void onError(Throwable failed) {
      turn.complete.completeExceptionally(failed);
    }

    @Override
    public void onCompleted() {
      turn.complete.completeExceptionally(new IllegalStateException("the stream ended"));
    }
  }
}

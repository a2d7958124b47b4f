package dev.plinth.storage.etcd;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A server that says on its watch streams what a test wants, at the moment it wants, over a real
 * connection. It answers reads and questions for its version by itself.
 *
 * <p>Thread-safe.
 */
final class ScriptedEtcd implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
  private final AtomicReference<ResponseHeader> header =
      new AtomicReference<>(
          ResponseHeader.newBuilder().setClusterId(1).setMemberId(2).setRevision(1).build());
  private final AtomicReference<String> version = new AtomicReference<>("3.5.16");
  private final AtomicReference<Metadata> headers = new AtomicReference<>(new Metadata());
  private final AtomicBoolean silent = new AtomicBoolean();
  private final Server server;

  private ScriptedEtcd() {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Watch())
            .addService(new Kv())
            .addService(new Maintenance())
            .intercept(new Headers())
            .build();
  }

  static ScriptedEtcd start() {
    ScriptedEtcd etcd = new ScriptedEtcd();
    try {
      Server unused = etcd.server.start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return etcd;
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Sets the revision that answers carry from now on. */
  void revision(long revision) {
    ResponseHeader unused =
        header.updateAndGet(old -> old.toBuilder().setRevision(revision).build());
  }

  /** Becomes a server of other data. */
  void anotherCluster() {
    ResponseHeader unused = header.updateAndGet(old -> old.toBuilder().setClusterId(99).build());
  }

  void version(String text) {
    version.set(text);
  }

  /** No longer shows by itself that it lives, or does again. */
  void silent(boolean yes) {
    silent.set(yes);
  }

  /** Returns the headers of the last watch stream. */
  Metadata headers() {
    return requireNonNull(headers.get());
  }

  /** Waits for the next watch stream that a client opens. */
  Stream nextStream() {
    return await(streams, "a stream");
  }

  boolean hasNewStream() {
    return !streams.isEmpty();
  }

  @Override
  public void close() {
    Server unused = server.shutdownNow();
  }

  private static <T> T await(BlockingQueue<T> queue, String what) {
    try {
      T found = queue.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (found == null) {
        throw new AssertionError("not within " + PATIENCE + ": " + what);
      }
      return found;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + what, interrupted);
    }
  }

  /** Returns a put of a key named "k". */
  static Event put(long revision, String value) {
    return Event.newBuilder()
        .setKv(
            KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setValue(ByteString.copyFromUtf8(value))
                .setCreateRevision(1)
                .setModRevision(revision)
                .setVersion(revision))
        .build();
  }

  /** A watch stream of a client. */
  final class Stream implements StreamObserver<WatchRequest> {
    private final StreamObserver<WatchResponse> answers;
    private final BlockingQueue<WatchRequest> requests = new LinkedBlockingQueue<>();
    private final ReentrantLock sending = new ReentrantLock();

    private Stream(StreamObserver<WatchResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(WatchRequest request) {
      // A question over no key is a client's way to see that the server lives.
      WatchCreateRequest create = request.getCreateRequest();
      if (request.hasCreateRequest()
          && !create.getRangeEnd().isEmpty()
          && create.getKey().equals(create.getRangeEnd())) {
        if (!silent.get()) {
          send(answer(-1).setCreated(true).setCanceled(true));
        }
      } else {
        requests.add(request);
      }
    }

    @Override
    public void onError(Throwable ended) {}

    @Override
    public void onCompleted() {}

    WatchRequest nextRequest() {
      return await(requests, "a request");
    }

    /** Waits for a client to ask for a watch. */
    WatchCreateRequest nextCreate() {
      WatchRequest request = nextRequest();
      while (!request.hasCreateRequest()) {
        request = nextRequest();
      }
      return request.getCreateRequest();
    }

    void awaitProgressRequest() {
      WatchRequest request = nextRequest();
      while (!request.hasProgressRequest()) {
        request = nextRequest();
      }
    }

    /** Begins an answer; its revision is the present one. */
    WatchResponse.Builder answer(long id) {
      return WatchResponse.newBuilder().setHeader(header.get()).setWatchId(id);
    }

    void send(WatchResponse.Builder response) {
      sending.lock();
      try {
        answers.onNext(response.build());
      } finally {
        sending.unlock();
      }
    }

    void created(long id) {
      send(answer(id).setCreated(true));
    }

    void changes(long id, Event... events) {
      send(answer(id).addAllEvents(List.of(events)));
    }

    /** Sends a part of a response that the next one continues. */
    void fragment(long id, Event... events) {
      UnknownFieldSet.Field yes = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
      send(
          answer(id)
              .addAllEvents(List.of(events))
              .setUnknownFields(UnknownFieldSet.newBuilder().addField(7, yes).build()));
    }

    /** Answers a question for progress. */
    void progress(long revision) {
      revision(revision);
      send(answer(-1));
    }

    void end(Status status) {
      if (status.isOk()) {
        answers.onCompleted();
      } else {
        answers.onError(status.asRuntimeException());
      }
    }
  }

  private final class Watch extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
      Stream stream = new Stream(answers);
      streams.add(stream);
      return stream;
    }
  }

  private final class Kv extends KVGrpc.KVImplBase {
    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
      answer.onNext(RangeResponse.newBuilder().setHeader(header.get()).build());
      answer.onCompleted();
    }
  }

  private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> answer) {
      answer.onNext(
          StatusResponse.newBuilder().setHeader(header.get()).setVersion(version.get()).build());
      answer.onCompleted();
    }
  }

  private final class Headers implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata sent, ServerCallHandler<Q, R> next) {
      if (call.getMethodDescriptor().getFullMethodName().endsWith("/Watch")) {
        headers.set(sent);
      }
      return next.startCall(call, sent);
    }
  }
}

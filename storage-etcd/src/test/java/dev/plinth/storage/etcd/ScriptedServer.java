package dev.plinth.storage.etcd;

import com.google.protobuf.ByteString;
import dev.plinth.spi.Settings;
import dev.plinth.spi.StoreRuntime;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server on the wire that does nothing by itself but say its term and revision: it hands each
 * other request to the test, which answers, refuses or forgets it.
 */
final class ScriptedServer implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  /** A request and the way to answer it. */
  record Asked(Object request, StreamObserver<?> observer) {
    <T> T as(Class<T> type) {
      return type.cast(request);
    }

    @SuppressWarnings("unchecked") // the test knows what it was asked
    void answer(Object response) {
      StreamObserver<Object> typed = (StreamObserver<Object>) observer;
      typed.onNext(response);
      if (!(request instanceof LeaseKeepAliveRequest)) {
        typed.onCompleted();
      }
    }

    void end() {
      observer.onCompleted();
    }

    void refuse(Status status) {
      observer.onError(status.asRuntimeException());
    }

    /** The operations of a request, whether it came alone or in a transaction. */
    List<RequestOp> operations() {
      return switch (request) {
        case TxnRequest txn -> txn.getSuccessList();
        case PutRequest put -> List.of(RequestOp.newBuilder().setRequestPut(put).build());
        case RangeRequest range -> List.of(RequestOp.newBuilder().setRequestRange(range).build());
        case DeleteRangeRequest delete ->
            List.of(RequestOp.newBuilder().setRequestDeleteRange(delete).build());
        default -> throw new AssertionError("not about keys: " + request);
      };
    }
  }

  private final Server server;
  private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
  private final AtomicLong revision = new AtomicLong(1);
  private final AtomicLong term = new AtomicLong(1);
  private final AtomicLong tokens = new AtomicLong();

  ScriptedServer() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(keyValues())
            .addService(leases())
            .addService(logins())
            .build()
            .start();
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  EtcdConnection connect(Duration timeout, StoreRuntime runtime) {
    return connect(timeout, runtime, Map.of());
  }

  EtcdConnection connect(Duration timeout, StoreRuntime runtime, Map<String, String> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("endpoints", List.of(endpoint()));
    settings.put("request-timeout", timeout.toMillis() + "ms");
    return new EtcdConnection(EtcdConfig.from(Settings.of(settings)), runtime);
  }

  /** The next request. */
  Asked next() throws InterruptedException {
    Asked next = asked.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing was asked");
    }
    return next;
  }

  /** Whether no request waits to be answered. */
  boolean isQuiet() {
    return asked.isEmpty();
  }

  /** Lets a new term begin. */
  void elect() {
    term.incrementAndGet();
  }

  ResponseHeader header() {
    return ResponseHeader.newBuilder()
        .setClusterId(1)
        .setMemberId(1)
        .setRaftTerm(term.get())
        .setRevision(revision.get())
        .build();
  }

  /** Does what the request asks for, as if every key were there with its own name as the value. */
  void serve(Asked one) {
    boolean writes =
        !(one.request() instanceof RangeRequest)
            && one.operations().stream().noneMatch(RequestOp::hasRequestRange);
    if (writes) {
      revision.incrementAndGet();
    }
    List<ResponseOp> outcomes = new ArrayList<>();
    for (RequestOp operation : one.operations()) {
      outcomes.add(outcome(operation));
    }
    one.answer(
        switch (one.request()) {
          case TxnRequest txn ->
              TxnResponse.newBuilder()
                  .setHeader(header())
                  .setSucceeded(true)
                  .addAllResponses(outcomes)
                  .build();
          case PutRequest put -> outcomes.getFirst().getResponsePut();
          case RangeRequest range -> outcomes.getFirst().getResponseRange();
          default -> outcomes.getFirst().getResponseDeleteRange();
        });
  }

  private ResponseOp outcome(RequestOp operation) {
    return switch (operation.getRequestCase()) {
      case REQUEST_RANGE -> {
        ByteString key = operation.getRequestRange().getKey();
        yield ResponseOp.newBuilder()
            .setResponseRange(
                RangeResponse.newBuilder()
                    .setHeader(header())
                    .setCount(1)
                    .addKvs(
                        io.etcd.jetcd.api.KeyValue.newBuilder()
                            .setKey(key)
                            .setValue(key)
                            .setCreateRevision(1)
                            .setModRevision(1)
                            .setVersion(1)))
            .build();
      }
      case REQUEST_DELETE_RANGE ->
          ResponseOp.newBuilder()
              .setResponseDeleteRange(
                  DeleteRangeResponse.newBuilder().setHeader(header()).setDeleted(1))
              .build();
      default ->
          ResponseOp.newBuilder()
              .setResponsePut(PutResponse.newBuilder().setHeader(header()))
              .build();
    };
  }

  private BindableService keyValues() {
    return new KVGrpc.KVImplBase() {
      @Override
      public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
        if (request.getCountOnly()) {
          // Somebody wants to see the header.
          observer.onNext(RangeResponse.newBuilder().setHeader(header()).build());
          observer.onCompleted();
          return;
        }
        asked.add(new Asked(request, observer));
      }

      @Override
      public void put(PutRequest request, StreamObserver<PutResponse> observer) {
        asked.add(new Asked(request, observer));
      }

      @Override
      public void deleteRange(
          DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
        asked.add(new Asked(request, observer));
      }

      @Override
      public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
        asked.add(new Asked(request, observer));
      }
    };
  }

  private BindableService leases() {
    return new LeaseGrpc.LeaseImplBase() {
      @Override
      public void leaseGrant(
          LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> observer) {
        asked.add(new Asked(request, observer));
      }

      @Override
      public void leaseTimeToLive(
          LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> observer) {
        asked.add(new Asked(request, observer));
      }

      @Override
      public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
          StreamObserver<LeaseKeepAliveResponse> observer) {
        return new StreamObserver<>() {
          @Override
          public void onNext(LeaseKeepAliveRequest request) {
            asked.add(new Asked(request, observer));
          }

          @Override
          public void onError(Throwable cancelled) {}

          @Override
          public void onCompleted() {
            observer.onCompleted();
          }
        };
      }
    };
  }

  /** Everybody may log in, and gets another token each time. */
  private BindableService logins() {
    return new AuthGrpc.AuthImplBase() {
      @Override
      public void authenticate(
          AuthenticateRequest request, StreamObserver<AuthenticateResponse> observer) {
        observer.onNext(
            AuthenticateResponse.newBuilder()
                .setHeader(header())
                .setToken("token-" + tokens.incrementAndGet())
                .build());
        observer.onCompleted();
      }
    };
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}

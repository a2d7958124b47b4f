package dev.plinth.storage.etcd;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.AlarmResponse;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.MemberListResponse;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the servers: one connection to each endpoint, of which one is used until it fails.
 *
 * <p>Thread-safe. Every call has the request timeout as its deadline (G37). What a failure means is
 * decided here and in {@link EtcdFailures} alone (G38).
 */
final class EtcdConnection {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdConnection.class);

  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /** Refuses at once, instead of never, where no leader is known. */
  private static final Metadata.Key<String> REQUIRES_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  /** What a call may take beyond its deadline before its caller stops waiting for the end of it. */
  static final Duration MARGIN = Duration.ofMillis(500);

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final EtcdConfig config;
  private final StoreRuntime runtime;
  private final EventLoopGroup transport =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("plinth-etcd", true), NioIoHandler.newFactory());
  private final List<EtcdMember> members;
  private final AtomicInteger preferred;
  private final EtcdIncarnation incarnation = new EtcdIncarnation();
  private final EtcdLogin login;
  private final EtcdProbe probe = new EtcdProbe(this);
  private final EtcdSpace space = new EtcdSpace(this);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean unreachable = new AtomicBoolean();

  EtcdConnection(EtcdConfig config, StoreRuntime runtime) {
    this.config = config;
    this.runtime = runtime;
    this.members =
        config.endpoints().stream()
            .map(endpoint ->
                new EtcdMember(
                    endpoint, config, transport, task -> start("plinth-etcd-lookup", task)))
            .toList();
    this.preferred = new AtomicInteger(runtime.random().nextInt(members.size()));
    this.login = new EtcdLogin(this, config.login());
  }

  private void start(String name, Runnable task) {
    Thread unused = runtime.start(name, task);
  }

  StoreRuntime runtime() {
    return runtime;
  }

  EtcdConfig config() {
    return config;
  }

  StoreLimits limits() {
    return config.limits();
  }

  EtcdIncarnation incarnation() {
    return incarnation;
  }

  EtcdLogin login() {
    return login;
  }

  EtcdProbe probe() {
    return probe;
  }

  EtcdSpace space() {
    return space;
  }

  // --- Calls ---

  /**
   * Reads through consensus, at another endpoint if one fails.
   *
   * @throws StoreException if it failed
   */
  <Q, R> R read(MethodDescriptor<Q, R> method, Q request) {
    return call(method, request, EtcdCall.READ);
  }

  /** Reads what one member knows, which may be behind. */
  <Q, R> R readLocally(MethodDescriptor<Q, R> method, Q request) {
    return call(method, request, EtcdCall.LOCAL_READ);
  }

  /**
   * Changes something, at most once (G39).
   *
   * @throws StoreException if it failed
   */
  <Q, R> R write(MethodDescriptor<Q, R> method, Q request) {
    return call(method, request, EtcdCall.WRITE);
  }

  private <Q, R> R call(MethodDescriptor<Q, R> method, Q request, EtcdCall kind) {
    checkInterrupt();
    return await(exchange(method, request, kind), kind);
  }

  /**
   * Sends a request without waiting for its answer. May be called on a transport thread.
   *
   * @return completes on a transport thread, with the answer or a {@link StoreException}
   */
  <Q, R> CompletableFuture<R> submit(MethodDescriptor<Q, R> method, Q request, EtcdCall kind) {
    return exchange(method, request, kind).answer();
  }

  /**
   * Makes a stream, with credentials, without a deadline. May block to log in. The caller starts
   * it; its listener is called on a transport thread.
   *
   * @throws StoreException if logging in failed
   */
  <Q, R> ClientCall<Q, R> stream(MethodDescriptor<Q, R> method) {
    check();
    login.obtain(config.requestTimeout());
    EtcdMember member = member();
    String token = login.token();
    return new SimpleForwardingClientCall<>(member.channel().newCall(method, CallOptions.DEFAULT)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        headers.merge(headers(token));
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                if (EtcdFailures.isExpiredLogin(status)) {
                  login.forget(token);
                } else if (EtcdFailures.mayPass(status)
                    && status.getCode() != Status.Code.CANCELLED) {
                  failed(member, status);
                }
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  private <Q, R> EtcdExchange<Q, R> exchange(
      MethodDescriptor<Q, R> method, Q request, EtcdCall kind) {
    EtcdExchange<Q, R> exchange = new EtcdExchange<>(this, method, request, kind);
    exchange.start();
    return exchange;
  }

  private <R> R await(EtcdExchange<?, R> exchange, EtcdCall kind) {
    try {
      return exchange
          .answer()
          .get(config.requestTimeout().plus(MARGIN).toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof StoreException failure) {
        // The trace of whoever asked says more than that of a transport thread.
        failure.setStackTrace(Thread.currentThread().getStackTrace());
        throw failure;
      }
      throw new IllegalStateException("a call failed in an unforeseen way", failed.getCause());
    } catch (TimeoutException late) {
      throw abandon(exchange, kind, "the store did not answer in time", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw abandon(exchange, kind, "interrupted while waiting for the store", interrupted);
    }
  }

  private static StoreException abandon(
      EtcdExchange<?, ?> exchange, EtcdCall kind, String why, Throwable cause) {
    exchange.cancel(why);
    return kind == EtcdCall.WRITE && exchange.isSent()
        ? new OutcomeUnknownException(why, cause)
        : new StoreUnavailableException(why, cause);
  }

  /** Refuses a caller who would be interrupted at once, before anything is sent. */
  private static void checkInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw new StoreUnavailableException("interrupted before anything was sent to the store");
    }
  }

  Metadata headers(@Nullable String token) {
    Metadata headers = credentials(token);
    headers.put(REQUIRES_LEADER, "true");
    return headers;
  }

  /** Returns what says who we are, if that is known by now. */
  Metadata credentials() {
    return credentials(login.token());
  }

  private static Metadata credentials(@Nullable String token) {
    Metadata headers = new Metadata();
    if (token != null) {
      headers.put(TOKEN, token);
    }
    return headers;
  }

  // --- Members ---

  int endpoints() {
    return members.size();
  }

  /** Returns the member that is used at present. */
  EtcdMember member() {
    return members.get(preferred.get());
  }

  List<EtcdMember> members() {
    return members;
  }

  /** Goes on to the next member, unless somebody did already. */
  void failed(EtcdMember member, Status status) {
    int index = members.indexOf(member);
    boolean unused = preferred.compareAndSet(index, (index + 1) % members.size());
    if (!closed.get() && unreachable.compareAndSet(false, true)) {
      LOG.warn(
          "The store does not answer at {}: {}", member.endpoint(), EtcdFailures.describe(status));
    }
  }

  void answered(EtcdMember member) {
    if (unreachable.get() && unreachable.compareAndSet(true, false)) {
      LOG.info("The store answers at {}", member.endpoint());
    }
  }

  // --- Failures ---

  /** Says what a failed stream means; drops a token that is refused. */
  StoreException failure(Status status, Metadata trailers, EtcdCall kind) {
    return failure(status, kind, true, member());
  }

  StoreException failure(Status status, EtcdCall kind, boolean sent, EtcdMember member) {
    if (closed.get()) {
      return new HandleClosedException("the store is closed");
    }
    if (login.isNeeded() && EtcdFailures.isExpiredLogin(status)) {
      // Credentials that are wrong fail when a token is asked for.
      return new StoreUnavailableException(
          "the store has forgotten, or does not know yet, that this client is logged in: "
              + member.endpoint(),
          status.asException());
    }
    return EtcdFailures.of(status, kind, sent, addresses());
  }

  /** Returns every endpoint, for people. */
  String addresses() {
    return members.stream()
        .map(member -> member.endpoint().toString())
        .collect(Collectors.joining(", "));
  }

  /** Takes the header of an answer that may be behind (G40). */
  void observe(ResponseHeader header) {
    incarnation.observe(header, 0);
  }

  /** Takes the cluster of an answer whose revision says nothing yet. */
  void observeCluster(ResponseHeader header) {
    incarnation.observeCluster(header);
  }

  /** Returns the highest revision that any answer carried. */
  long seen() {
    return incarnation.highest();
  }

  /** Finds the header of an answer. */
  static Optional<ResponseHeader> header(Object answer) {
    return Optional.ofNullable(
        switch (answer) {
          case TxnResponse txn -> txn.getHeader();
          case RangeResponse range -> range.getHeader();
          case PutResponse put -> put.getHeader();
          case DeleteRangeResponse delete -> delete.getHeader();
          case CompactionResponse compaction -> compaction.getHeader();
          case LeaseGrantResponse grant -> grant.getHeader();
          case LeaseRevokeResponse revoke -> revoke.getHeader();
          case LeaseTimeToLiveResponse remaining -> remaining.getHeader();
          case StatusResponse status -> status.getHeader();
          case MemberListResponse list -> list.getHeader();
          case AlarmResponse alarm -> alarm.getHeader();
          default -> null;
        });
  }

  /**
   * Refuses what comes too late.
   *
   * @throws StoreException if the store is closed or its data was lost
   */
  void check() {
    if (closed.get()) {
      throw new HandleClosedException("the store is closed");
    }
    incarnation.check();
  }

  boolean isClosed() {
    return closed.get();
  }

  /** Ends every call and stream; no thread and no socket is left when this returns. Idempotent. */
  void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    members.forEach(EtcdMember::close);
    try {
      for (EtcdMember member : members) {
        boolean unused = member.awaitClosed(CLOSING);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    boolean unused =
        transport
            .shutdownGracefully(0, CLOSING.toMillis(), TimeUnit.MILLISECONDS)
            .awaitUninterruptibly(CLOSING.toMillis());
  }
}

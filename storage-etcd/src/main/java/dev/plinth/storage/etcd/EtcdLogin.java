package dev.plinth.storage.etcd;

import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Proves to etcd who we are, and keeps the token that it gives for that until etcd refuses it.
 *
 * <p>Thread-safe.
 */
final class EtcdLogin {
  /** etcd was asked, and wants no proof. */
  private static final String NOT_ENABLED = "";

  private final EtcdConnection connection;
  private final Optional<EtcdConfig.Login> login;
  private final AtomicReference<@Nullable String> token = new AtomicReference<>();

  /** Held by the one that asks for a token; the others wait for what it gets. */
  private final ReentrantLock lock = new ReentrantLock();

  EtcdLogin(EtcdConnection connection, Optional<EtcdConfig.Login> login) {
    this.connection = connection;
    this.login = login;
  }

  boolean isNeeded() {
    return login.isPresent();
  }

  boolean isReady() {
    return login.isEmpty() || token.get() != null;
  }

  /** Returns the token to send, if any. */
  @Nullable String token() {
    String known = token.get();
    return known == null || known.equals(NOT_ENABLED) ? null : known;
  }

  /**
   * Lets the next call ask for another token, unless one did already. Never waits: it is called on
   * the transport's thread, which whoever asks for a token needs for the answer.
   */
  void forget(@Nullable String refused) {
    String known = token.get();
    if (refused == null ? NOT_ENABLED.equals(known) : refused.equals(known)) {
      boolean unused = token.compareAndSet(known, null);
    }
  }

  /**
   * Asks for a token if there is none. Blocks.
   *
   * @param timeout how long at most
   * @throws StoreException if etcd does not accept the credentials, or cannot be reached
   */
  void obtain(Duration timeout) {
    EtcdDeadline deadline = EtcdDeadline.in(timeout, connection.runtime());
    try {
      if (!lock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreUnavailableException("the store did not accept the credentials in time");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while waiting for the store", interrupted);
    }
    try {
      if (!isReady()) {
        token.set(ask(login.orElseThrow(), deadline));
      }
    } finally {
      lock.unlock();
    }
  }

  private String ask(EtcdConfig.Login user, EtcdDeadline deadline) {
    Status last = Status.DEADLINE_EXCEEDED;
    EtcdMember member = connection.member();
    for (int left = connection.endpoints(); left > 0 && deadline.remaining() > 0; left--) {
      member = connection.member();
      long time = deadline.remaining() / left;
      try {
        return ClientCalls.blockingUnaryCall(
                member.channel(),
                AuthGrpc.getAuthenticateMethod(),
                CallOptions.DEFAULT.withDeadlineAfter(time, TimeUnit.NANOSECONDS),
                AuthenticateRequest.newBuilder()
                    .setName(user.username())
                    .setPassword(user.password().reveal())
                    .build())
            .getToken();
      } catch (StatusRuntimeException failure) {
        last = failure.getStatus();
        String text = Optional.ofNullable(last.getDescription()).orElse("");
        if (text.startsWith("etcdserver: authentication is not enabled")) {
          return NOT_ENABLED;
        }
        if (!EtcdFailures.mayPass(last)) {
          break;
        }
        connection.failed(member, last);
      }
    }
    StoreException failure = connection.failure(last, EtcdCall.READ, true, member);
    if (failure instanceof RequestRefusedException refused
        && refused.reason() == Reason.NOT_AUTHENTICATED) {
      throw new RequestRefusedException(
          Reason.NOT_AUTHENTICATED, "user '" + user.username() + "' at " + member.endpoint());
    }
    throw failure;
  }
}

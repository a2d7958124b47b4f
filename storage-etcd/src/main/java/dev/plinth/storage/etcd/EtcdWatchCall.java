package dev.plinth.storage.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.WatchCancelRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchProgressRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ClientCall;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One call of a stream: what was asked for on it, and what belongs to an answer.
 *
 * <p>Not thread-safe: guarded by the lock of its stream.
 */
final class EtcdWatchCall {
  /*
   * The server answers requests for a new watch in their order, so the head of `expected` is what
   * such an answer belongs to; from then on the watch is found by its id. A watch over no key is
   * always answered, with a refusal: that is how a silent server is told from a quiet one; it is
   * expected as nothing.
   */
  private static final ByteString ANY_KEY = ByteString.copyFromUtf8("/");

  private final ClientCall<WatchRequest, WatchResponse> call;
  private final EtcdMember member;
  private final ArrayDeque<Optional<EtcdSubscription>> expected = new ArrayDeque<>();
  private final Map<Long, EtcdSubscription> subscriptions = new HashMap<>();
  private final long begunAt;

  private boolean begun;

  /** Since when, at the latest, the server owes an answer if one is expected. */
  private long heardAt;

  /** How many questions for progress were sent and not answered yet. */
  private int unanswered;

  EtcdWatchCall(ClientCall<WatchRequest, WatchResponse> call, EtcdMember member, long now) {
    this.call = call;
    this.member = member;
    this.begunAt = now;
    this.heardAt = now;
  }

  EtcdMember member() {
    return member;
  }

  long begunAt() {
    return begunAt;
  }

  /** Says, once, that nothing has been created on this call before. */
  boolean isFirst() {
    boolean first = !begun;
    begun = true;
    return first;
  }

  /** Makes room for the next message. */
  void readOn() {
    call.request(1);
  }

  /** Asks for a watch. */
  void create(EtcdSubscription subscription, long now) {
    expect(Optional.of(subscription), now);
    send(WatchRequest.newBuilder().setCreateRequest(subscription.request()));
  }

  /** Asks for a sign of life. */
  void ping(long now) {
    expect(Optional.empty(), now);
    send(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder().setKey(ANY_KEY).setRangeEnd(ANY_KEY)));
  }

  private void expect(Optional<EtcdSubscription> answer, long now) {
    if (expected.isEmpty()) {
      heardAt = now;
    }
    expected.add(answer);
  }

  /** Returns since when the server owes an answer, or nothing. */
  Optional<Long> silentSince() {
    return expected.isEmpty() ? Optional.empty() : Optional.of(heardAt);
  }

  /** Notes that the server lives. */
  void heard(long now) {
    heardAt = now;
  }

  /** Asks the server how far it is with the watches of this call. */
  void ask() {
    unanswered++;
    send(WatchRequest.newBuilder().setProgressRequest(WatchProgressRequest.getDefaultInstance()));
  }

  /** Notes an answer to {@link #ask}, or news of progress that nobody asked for. */
  void answered() {
    unanswered = Math.max(0, unanswered - 1);
  }

  /**
   * Finds what an answer to a request for a watch belongs to, and notes what it says.
   *
   * @return nothing if nobody is interested any more
   */
  Optional<EtcdSubscription> created(WatchResponse response) {
    Optional<EtcdSubscription> subscription =
        Optional.ofNullable(expected.poll()).flatMap(answer -> answer);
    if (subscription.isEmpty() || response.getCanceled()) {
      return subscription.filter(known -> !known.isUnwanted());
    }
    EtcdSubscription known = subscription.get();
    known.created(response.getWatchId(), response.getHeader().getRevision(), unanswered);
    if (known.isUnwanted()) {
      cancel(known);
      return Optional.empty();
    }
    subscriptions.put(known.id(), known);
    return subscription;
  }

  /** Returns the subscription that a response is for, if it has not been cancelled. */
  @Nullable EtcdSubscription find(WatchResponse response) {
    return subscriptions.get(response.getWatchId());
  }

  /** Ends a subscription, now or as soon as the server has created it. */
  void cancel(EtcdSubscription subscription) {
    if (subscription.id() < 0) {
      subscription.discard();
      return;
    }
    subscriptions.remove(subscription.id());
    send(
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(subscription.id())));
  }

  /** Returns the subscriptions that exist on the server. */
  Collection<EtcdSubscription> subscriptions() {
    return subscriptions.values();
  }

  private void send(WatchRequest.Builder request) {
    call.sendMessage(request.build());
  }

  /** Ends the call. */
  void end(String reason) {
    call.cancel(reason, null);
  }
}

package dev.plinth.service.gateway.watch;

import com.google.protobuf.ByteString;
import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.GatewayErrors;
import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.Capability;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One stream of a client: opens and closes watches as it is asked, in order, and leaves what is to
 * be said to the {@link WatchSender}.
 *
 * <p>Requests come one after the other, on a thread that may wait for the store.
 */
final class WatchStream implements StreamObserver<WatchRequest> {
  /** Few, so that a client that does not listen cannot make the gateway remember much. */
  private static final int REQUESTS_AHEAD = 16;

  private static final ByteString LOWEST_KEY = ByteString.copyFrom(new byte[1]);

  /** Stands for no watch in a refusal, and for all in a progress mark. */
  static final long NO_ID = -1;

  private final Store store;
  private final boolean inProcess;
  private final ResponseHeaders headers;
  private final ServerCallStreamObserver<WatchResponse> client;
  private final boolean needsLeader;
  private final Consumer<WatchStream> onEnd;
  private final WatchSender sender;

  /** The watches that the client knows, also those that compaction ended. */
  private final Map<Long, StreamedWatch> watches = new HashMap<>();

  private long nextId;

  WatchStream(
      Store store,
      ResponseHeaders headers,
      WatchTiming timing,
      ServerCallStreamObserver<WatchResponse> client,
      boolean needsLeader,
      Consumer<WatchStream> onEnd) {
    this.store = store;
    this.inProcess = store.capabilities().contains(Capability.IN_PROCESS);
    this.headers = headers;
    this.client = client;
    this.needsLeader = needsLeader;
    this.onEnd = onEnd;
    this.sender = new WatchSender(store, headers, timing, client);
  }

  /** Takes requests from now on. */
  void begin() {
    client.disableAutoRequest();
    client.setOnReadyHandler(sender::run);
    client.setOnCancelHandler(this::release);
    client.setOnCloseHandler(this::release);
    client.request(REQUESTS_AHEAD);
  }

  boolean needsLeader() {
    return needsLeader;
  }

  /** Ends the stream; from any thread. */
  void end(Status reason) {
    sender.end(reason);
  }

  private void release() {
    sender.stop();
    watches.values().forEach(StreamedWatch::close);
    watches.clear();
    onEnd.accept(this);
  }

  @Override
  public void onNext(WatchRequest request) {
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(request.getCreateRequest());
      case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> sender.reply(sender::requestSharedMark);
      case REQUESTUNION_NOT_SET -> sender.reply(() -> {});
    }
  }

  private void create(WatchCreateRequest request) {
    ByteString key = request.getKey().isEmpty() ? LOWEST_KEY : request.getKey();
    KeyRange range = Ranges.of(key, request.getRangeEnd());
    if (request.getStartRevision() < 0) {
      refuse(GatewayError.COMPACTED.text());
    } else if (range.isEmpty()) {
      refuse(GatewayError.WATCH_RANGE_EMPTY.text());
    } else if (watches.containsKey(chosenId(request))) {
      refuse(GatewayError.WATCH_ID_DUPLICATE.text());
    } else {
      open(request, range);
    }
  }

  /** The id that the client asks for, or the next free one. */
  private long chosenId(WatchCreateRequest request) {
    long asked = WatchMessages.watchId(request);
    if (asked != 0) {
      return asked;
    }
    while (watches.containsKey(nextId)) {
      nextId++;
    }
    return nextId;
  }

  private void open(WatchCreateRequest request, KeyRange range) {
    WatchOptions options =
        new WatchOptions(
                range,
                Optional.empty(),
                request.getPrevKv(),
                WatchMessages.kinds(request),
                Optional.empty())
            .from(Revision.of(request.getStartRevision()));
    Watch watch;
    try {
      watch = store.watches().open(options);
    } catch (RequestRefusedException refused) {
      refuse(reason(GatewayErrors.of(refused)));
      return;
    } catch (StoreException failed) {
      end(GatewayErrors.of(failed).status());
      return;
    }
    long id = chosenId(request);
    if (WatchMessages.watchId(request) == 0) {
      nextId++;
    }
    StreamedWatch opened =
        new StreamedWatch(id, watch, WatchMessages.fragment(request), request.getProgressNotify());
    watches.put(id, opened);
    sender.reply(() -> sender.created(opened));
  }

  /** Clients find the whole error, as their language prints it, in the reason. */
  private static String reason(GatewayError error) {
    return error == GatewayError.PERMISSION_DENIED
        ? "rpc error: code = PermissionDenied desc = " + error.text()
        : error.text();
  }

  private void refuse(String reason) {
    Revision now = now();
    sender.reply(() ->
        sender.send(
            WatchResponse.newBuilder()
                .setHeader(headers.at(now))
                .setWatchId(NO_ID)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(reason)
                .build()));
  }

  private void cancel(long id) {
    StreamedWatch cancelled = watches.remove(id);
    if (cancelled == null) {
      sender.reply(() -> {});
      return;
    }
    cancelled.close();
    Revision now = now();
    sender.reply(() -> sender.cancelled(cancelled, now));
  }

  /** What the store is at, or, rather than wait long for it, what was said last. */
  private Revision now() {
    Revision said = sender.newest();
    if (!inProcess && said.isAfter(Revision.ZERO)) {
      return said;
    }
    try {
      return store.keyValues().current();
    } catch (StoreException failed) {
      return said;
    }
  }

  @Override
  public void onError(Throwable thrown) {
    // The call was cancelled, and its handler has done what there is to do.
  }

  /** The client asks for nothing more, but goes on listening. */
  @Override
  public void onCompleted() {
    sender.reply(sender::expectNoMore);
  }
}

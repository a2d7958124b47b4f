package dev.plinth.service.gateway.concurrency;

import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import io.etcd.jetcd.api.LeaderResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Optional;

/**
 * Tells one client who leads: the leader there is, then each of its proclamations, then the next
 * leader. Vacancy is not told, as the protocol has no word for it.
 *
 * <p>For the thread of the call.
 */
final class LeaderObserver {
  private final Store store;
  private final ResponseHeaders headers;
  private final Candidates candidates;
  private final KeyRange range;
  private final WaitingCall call;
  private final ServerCallStreamObserver<LeaderResponse> client;

  /** When what was told last was written: after lost history nothing is told twice. */
  private Revision told = Revision.ZERO;

  LeaderObserver(
      Store store,
      ResponseHeaders headers,
      Candidates candidates,
      KeyRange range,
      WaitingCall call,
      ServerCallStreamObserver<LeaderResponse> client) {
    this.store = store;
    this.headers = headers;
    this.candidates = candidates;
    this.range = range;
    this.call = call;
    this.client = client;
  }

  /** Goes on until the client has enough. */
  void run() {
    while (true) {
      try {
        Slice first = candidates.first(range);
        if (first.entries().isEmpty()) {
          Change arrival = awaitArrival(first.revision());
          follow(arrival.entry(), arrival.revision());
        } else {
          follow(first.entries().getFirst(), first.revision());
        }
      } catch (HistoryLostException compacted) {
        // What matters is who leads now.
      }
    }
  }

  private Change awaitArrival(Revision behind) {
    WatchOptions options = WatchOptions.of(range).only(Change.Kind.PUT).from(behind.next());
    try (Watch watch = open(options)) {
      return next(watch).changes().getFirst();
    }
  }

  private void follow(Entry leader, Revision seen) {
    tell(leader, seen);
    WatchOptions options = WatchOptions.of(KeyRange.single(leader.key())).from(seen.next());
    try (Watch watch = open(options)) {
      while (true) {
        WatchBatch batch = next(watch);
        for (Change change : batch.changes()) {
          if (change.kind() == Change.Kind.DELETE) {
            return;
          }
          tell(change.entry(), batch.revision());
        }
      }
    }
  }

  private Watch open(WatchOptions options) {
    Watch watch = store.watches().open(options);
    watch.onReady(call::wake);
    return watch;
  }

  private WatchBatch next(Watch watch) {
    while (true) {
      Optional<WatchBatch> batch = watch.tryNext();
      if (batch.isEmpty()) {
        call.pause();
      } else if (!batch.get().isProgress()) {
        return batch.get();
      }
    }
  }

  private void tell(Entry leader, Revision seen) {
    if (!leader.modified().isAfter(told)) {
      return;
    }
    while (!client.isReady()) {
      call.pause();
    }
    told = leader.modified();
    client.onNext(
        LeaderResponse.newBuilder()
            .setHeader(headers.at(seen))
            .setKv(Ranges.keyValue(leader))
            .build());
  }
}

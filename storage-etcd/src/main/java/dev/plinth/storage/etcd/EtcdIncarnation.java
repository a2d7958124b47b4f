package dev.plinth.storage.etcd;

import dev.plinth.spi.IncarnationLostException;
import io.etcd.jetcd.api.ResponseHeader;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the data is not the data it was (G40): another cluster answers, or the revision went
 * back. Once noticed it stays so; who wants to go on with the new data opens a new store.
 */
final class EtcdIncarnation {
  private final AtomicLong cluster = new AtomicLong();
  private final AtomicLong highest = new AtomicLong();
  private final AtomicReference<@Nullable IncarnationLostException> lost = new AtomicReference<>();

  /** Returns the highest revision that any answer carried. */
  long highest() {
    return highest.get();
  }

  /** Returns the cluster that answers; 0 before the first answer. */
  long cluster() {
    return cluster.get();
  }

  void check() {
    IncarnationLostException noticed = lost.get();
    if (noticed != null) {
      throw new IncarnationLostException(String.valueOf(noticed.getMessage()), noticed);
    }
  }

  /**
   * Takes the header of an answer.
   *
   * @param header as it came
   * @param least the highest revision known when the request was sent, if the answer must not be
   *     behind; else 0
   * @throws IncarnationLostException if the data is other data
   */
  void observe(ResponseHeader header, long least) {
    observeCluster(header);
    long revision = header.getRevision();
    if (revision == 0) {
      return;
    }
    if (revision < least) {
      lose("the revision went back from " + least + " to " + revision);
    }
    highest.accumulateAndGet(revision, Math::max);
  }

  void observeCluster(ResponseHeader header) {
    check();
    if (header.getClusterId() != 0) {
      long known = cluster.compareAndExchange(0, header.getClusterId());
      if (known != 0 && known != header.getClusterId()) {
        lose(
            "another cluster answers: %016x instead of %016x"
                .formatted(header.getClusterId(), known));
      }
    }
  }

  private void lose(String how) {
    lost.compareAndSet(null, new IncarnationLostException("the store's data was lost: " + how));
    check();
  }
}

package dev.plinth.storage.etcd;

import com.google.protobuf.ByteString;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who leads the cluster now, through consensus. Those who ask at the same time share one
 * question.
 *
 * <p>Thread-safe.
 */
final class EtcdLeadership {
  /*
   * An answer counts for those only who asked before the question was sent. So who comes while one
   * is on its way waits for the next; the first of them sends it, in its own thread.
   */
  private static final String QUESTION = "ask who leads";

  private final EtcdConnection connection;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable CompletableFuture<Long> running;
  private @Nullable CompletableFuture<Long> next;
  private volatile long last;

  EtcdLeadership(EtcdConnection connection) {
    this.connection = connection;
  }

  /**
   * Returns what was answered last; asks if nothing was yet.
   *
   * @param deadline how long to wait
   * @return a term that the cluster has been in
   * @throws StoreException if most members did not answer in time
   */
  long lastTerm(EtcdDeadline deadline) {
    long known = last;
    return known == 0 ? term(deadline) : known;
  }

  /**
   * Asks in which term the cluster is, at some moment after this call began. Blocks.
   *
   * @param deadline how long to wait
   * @return the term, for which most members follow the same leader
   * @throws StoreException if most members did not answer in time
   */
  long term(EtcdDeadline deadline) {
    CompletableFuture<Long> mine = new CompletableFuture<>();
    CompletableFuture<Long> before;
    boolean first = true;
    lock.lock();
    try {
      before = running;
      CompletableFuture<Long> waiting = next;
      if (waiting != null) {
        mine = waiting;
        first = false;
      }
      next = mine;
    } finally {
      lock.unlock();
    }
    if (first) {
      ask(before, mine, deadline);
    }
    return deadline.await(mine, QUESTION);
  }

  private void ask(
      @Nullable CompletableFuture<Long> before,
      CompletableFuture<Long> mine,
      EtcdDeadline deadline) {
    if (before != null) {
      try {
        long unused = deadline.await(before, QUESTION);
      } catch (StoreException anotherQuestion) {
        // What became of it does not matter here.
      }
    }
    lock.lock();
    try {
      running = mine;
      next = null;
    } finally {
      lock.unlock();
    }
    StoreException failure = new StoreUnavailableException(QUESTION + ": given up");
    try {
      long answer = connection.probe().ask(key -> ask(key, deadline));
      last = answer;
      boolean unused = mine.complete(answer);
    } catch (StoreException failed) {
      failure = failed;
    } finally {
      boolean unused = mine.completeExceptionally(failure);
    }
  }

  private long ask(ByteString key, EtcdDeadline deadline) {
    RangeRequest request = RangeRequest.newBuilder().setKey(key).setCountOnly(true).build();
    return deadline
        .await(connection.submit(KVGrpc.getRangeMethod(), request, EtcdCall.READ), QUESTION)
        .getHeader()
        .getRaftTerm();
  }
}

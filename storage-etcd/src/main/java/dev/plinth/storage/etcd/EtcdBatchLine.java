package dev.plinth.storage.etcd;

import com.google.protobuf.ByteString;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The line in which calls of one kind go to the server: at once while it is idle, together with
 * those that came meanwhile while it is busy.
 *
 * <p>Thread-safe.
 */
final class EtcdBatchLine {
  /*
   * Callers put their call into the queue and then look whether a batch may leave. One may when
   * none is under way, or when few are and enough calls wait to make another one worth its cost:
   * their fair part of all calls that are not answered yet. So one caller, or as few as there are
   * batches, never wait for each other, and hundreds travel in a few full batches.
   *
   * Whoever ends a batch, a thread of the transport, looks for the next one too. A call that was
   * put into the queue while a batch was under way is therefore seen either by its caller, who
   * finds none under way any more, or by the thread that ended the last one: both write their own
   * counter before they read the other's. When none has left for a while although calls wait, those
   * under way are taken for stuck, and the callers that wait look again by themselves.
   *
   * A batch of one is sent as the plain request that it is. A batch that is refused was certainly
   * not applied; each of its callers then sends its own operation alone. Everything else that
   * happens to a batch happens to each of its calls.
   */

  private static final int MOST_UNDER_WAY = 2;
  private static final int PARTS = 2;

  /** After this without a batch that left, another may, whatever those under way do. */
  private static final Duration STUCK = Duration.ofMillis(100);

  private static final int MOST_STUCK = 16;
  private static final int REQUEST_BYTES = 512;

  /** A batch of reads should not be answered with much more than this. */
  private static final int ANSWER_BYTES = 1 << 20;

  private final EtcdConnection connection;
  private final EtcdCall kind;
  private final int mostOperations;
  private final long mostBytes;

  private final ConcurrentLinkedDeque<EtcdBatchedCall> queue = new ConcurrentLinkedDeque<>();
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();

  /** When the last batch left, by the runtime's clock. */
  private volatile long left;

  /** Held while a batch is put together, so that two do not take turns on one queue. */
  private final ReentrantLock collecting = new ReentrantLock();

  /** How large answers were lately; a guess, so a lost update does no harm. */
  private volatile int answerBytes = 1;

  EtcdBatchLine(EtcdConnection connection, EtcdCall kind, int mostOperations, long mostBytes) {
    this.connection = connection;
    this.kind = kind;
    this.mostOperations = mostOperations;
    this.mostBytes = mostBytes;
  }

  /**
   * Sends a call and waits for its answer, which the call has afterwards.
   *
   * @throws StoreException if it failed
   */
  EtcdBatchedCall run(EtcdBatchedCall call, EtcdDeadline deadline) {
    if (Thread.currentThread().isInterrupted()) {
      throw new StoreUnavailableException(call + ": interrupted, not sent");
    }
    unanswered.incrementAndGet();
    try {
      queue.add(call);
      queued.incrementAndGet();
      serve();
      while (!call.awaitSent(deadline, STUCK)) {
        serve();
      }
      // Whether it reached anybody is told in the end; who stops waiting before does not know.
      EtcdDeadline end = deadline.plus(EtcdConnection.MARGIN);
      return call.await(end) ? call : runAlone(call.again(), end);
    } finally {
      unanswered.decrementAndGet();
    }
  }

  private EtcdBatchedCall runAlone(EtcdBatchedCall call, EtcdDeadline deadline) {
    if (call.take()) {
      CompletableFuture<Void> unused = send(List.of(call));
    }
    if (!call.await(deadline)) {
      throw new IllegalStateException("alone, but not answered: " + call);
    }
    return call;
  }

  private void serve() {
    while (mayLeave()) {
      List<EtcdBatchedCall> batch = collect();
      CompletableFuture<Void> over = send(batch);
      if (over.isDone()) {
        underWay.decrementAndGet();
      } else {
        CompletableFuture<Void> unused =
            over.whenComplete((done, failure) -> {
              underWay.decrementAndGet();
              serve();
            });
      }
    }
  }

  private boolean mayLeave() {
    while (true) {
      int waiting = queued.get();
      int busy = underWay.get();
      if (waiting <= 0 || !isWorthwhile(waiting, busy)) {
        return false;
      }
      if (underWay.compareAndSet(busy, busy + 1)) {
        left = connection.runtime().nanoTime();
        return true;
      }
    }
  }

  private boolean isWorthwhile(int waiting, int busy) {
    return busy == 0
        || (busy < MOST_UNDER_WAY && waiting >= unanswered.get() / PARTS)
        || (busy < MOST_STUCK && connection.runtime().nanoTime() - left > STUCK.toNanos());
  }

  private List<EtcdBatchedCall> collect() {
    List<EtcdBatchedCall> batch = new ArrayList<>();
    List<EtcdBatchedCall> later = new ArrayList<>();
    Set<ByteString> keys = new HashSet<>();
    int most = Math.clamp(ANSWER_BYTES / answerBytes, 1, mostOperations);
    long bytes = REQUEST_BYTES;
    collecting.lock();
    try {
      while (batch.size() < most && later.size() < most) {
        EtcdBatchedCall call = queue.poll();
        if (call == null) {
          break;
        }
        queued.decrementAndGet();
        if (!batch.isEmpty() && bytes + call.bytes() > mostBytes) {
          later.addFirst(call);
          break;
        }
        if (kind == EtcdCall.WRITE && keys.contains(call.key())) {
          holdBack(call, later);
        } else if (call.take()) {
          batch.add(call);
          bytes += call.bytes();
          if (kind == EtcdCall.WRITE) {
            keys.add(call.key());
          }
        }
      }
      for (EtcdBatchedCall call : later.reversed()) {
        queue.addFirst(call);
        queued.incrementAndGet();
      }
    } finally {
      collecting.unlock();
    }
    return batch;
  }

  /**
   * Lets a second write of one key wait for the next batch, but only once: writers that all want
   * the same key gain nothing here and would lose by coming one after the other.
   */
  private static void holdBack(EtcdBatchedCall call, List<EtcdBatchedCall> later) {
    if (!call.defer()) {
      later.add(call);
    } else if (call.take()) {
      call.leaveAlone();
    }
  }

  /** Sends a batch; what is returned is done when each of its calls is. */
  private CompletableFuture<Void> send(List<EtcdBatchedCall> batch) {
    return switch (batch.size()) {
      case 0 -> CompletableFuture.completedFuture(null);
      case 1 -> sendAlone(batch, batch.getFirst());
      default -> {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        batch.forEach(call -> request.addSuccess(call.operation()));
        yield send(batch, KVGrpc.getTxnMethod(), request.build(), answer -> deliver(batch, answer));
      }
    };
  }

  private CompletableFuture<Void> sendAlone(List<EtcdBatchedCall> batch, EtcdBatchedCall call) {
    RequestOp operation = call.operation();
    return switch (operation.getRequestCase()) {
      case REQUEST_RANGE ->
          send(
              batch,
              KVGrpc.getRangeMethod(),
              operation.getRequestRange(),
              answer -> call.answer(answer.getHeader().getRevision(), answerOf(answer)));
      case REQUEST_PUT ->
          send(
              batch,
              KVGrpc.getPutMethod(),
              operation.getRequestPut(),
              answer -> call.answer(answer.getHeader().getRevision(), answerOf(answer)));
      case REQUEST_DELETE_RANGE ->
          send(
              batch,
              KVGrpc.getDeleteRangeMethod(),
              operation.getRequestDeleteRange(),
              answer -> call.answer(answer.getHeader().getRevision(), answerOf(answer)));
      case REQUEST_TXN, REQUEST_NOT_SET ->
          throw new IllegalStateException("not one operation on one key: " + operation);
    };
  }

  private <Q, R> CompletableFuture<Void> send(
      List<EtcdBatchedCall> batch, MethodDescriptor<Q, R> method, Q request, Consumer<R> deliver) {
    return connection
        .submit(method, request, kind)
        .handle((answer, failure) -> {
          if (failure == null) {
            deliver.accept(answer);
          } else {
            fail(batch, failure);
          }
          return null;
        });
  }

  private static void fail(List<EtcdBatchedCall> batch, Throwable failure) {
    Throwable reason = failure instanceof CompletionException ? failure.getCause() : failure;
    if (reason instanceof RequestRefusedException && batch.size() > 1) {
      batch.forEach(EtcdBatchedCall::leaveAlone);
    } else if (reason instanceof StoreException failed) {
      batch.forEach(call -> call.fail(failed));
    } else {
      throw new IllegalStateException("a request ended in a way that is not the store's", reason);
    }
  }

  private void deliver(List<EtcdBatchedCall> batch, TxnResponse answer) {
    int largest = 1;
    for (int i = 0; i < batch.size(); i++) {
      ResponseOp one = answer.getResponses(i);
      if (kind == EtcdCall.READ && one.getResponseRange().getKvsCount() > 0) {
        largest = Math.max(largest, one.getResponseRange().getKvs(0).getValue().size());
      }
      batch.get(i).answer(answer.getHeader().getRevision(), one);
    }
    answerBytes = Math.max(largest, answerBytes - answerBytes / 8);
  }

  private static ResponseOp answerOf(RangeResponse answer) {
    return ResponseOp.newBuilder().setResponseRange(answer).build();
  }

  private static ResponseOp answerOf(PutResponse answer) {
    return ResponseOp.newBuilder().setResponsePut(answer).build();
  }

  private static ResponseOp answerOf(DeleteRangeResponse answer) {
    return ResponseOp.newBuilder().setResponseDeleteRange(answer).build();
  }
}

package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.storage.etcd.Callers.Caller;
import dev.plinth.storage.etcd.ScriptedServer.Asked;
import dev.plinth.tck.Verifies;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is sent together and what is not, seen from the server. Two requests that the server has not
 * answered keep the line busy, so that what comes next gathers.
 */
final class EtcdGroupCommitTest {
  private static final int MOST = 128;

  private StoppedClock clock;
  private ScriptedServer server;
  private EtcdConnection connection;
  private KeyValues keyValues;

  @BeforeEach
  void open() throws Exception {
    server = new ScriptedServer();
    clock = new StoppedClock();
    connection = server.connect(Duration.ofSeconds(20), clock);
    keyValues = new EtcdKeyValues(connection, new EtcdCompactedRevision(connection));
  }

  @AfterEach
  void close() {
    connection.close();
    clock.close();
    server.close();
  }

  @Test
  void aLoneCallIsSentAsItIs() throws Exception {
    Caller<Revision> put = Callers.start(() -> keyValues.put(key(1), Bytes.utf8("a")));
    Asked asked = server.next();
    assertThat(asked.request()).isInstanceOf(PutRequest.class);
    server.serve(asked);
    assertThat(put.returned()).isEqualTo(Revision.of(server.header().getRevision()));

    Caller<Bytes> get = Callers.start(() -> keyValues.get(key(2)).orElseThrow().value());
    Asked read = server.next();
    assertThat(read.request()).isInstanceOf(RangeRequest.class);
    server.serve(read);
    assertThat(get.returned()).isEqualTo(key(2).toBytes());

    Caller<Boolean> delete = Callers.start(() -> keyValues.delete(key(3)));
    Asked deletion = server.next();
    assertThat(deletion.request()).isInstanceOf(DeleteRangeRequest.class);
    server.serve(deletion);
    assertThat(delete.returned()).isTrue();
  }

  @Test
  @Verifies({"G1", "G6"})
  void whatComesWhileTheLineIsBusyTravelsTogether() throws Exception {
    List<Asked> busy = keepWritesBusy();
    List<Caller<Revision>> gathered = Callers.startAndWait(puts(10, 30));
    assertThat(server.isQuiet()).isTrue();
    busy.forEach(server::serve);

    Asked batch = server.next();
    assertThat(keysOf(batch))
        .containsExactlyElementsOf(IntStream.range(10, 30).mapToObj(i -> bytes(key(i))).toList());
    server.serve(batch);
    Revision shared = Revision.of(server.header().getRevision());
    for (Caller<Revision> caller : gathered) {
      assertThat(caller.returned()).isEqualTo(shared);
    }
  }

  @Test
  @Verifies("G6")
  void readsTravelTogetherAndEachGetsItsOwnAnswer() throws Exception {
    List<Asked> busy = keepReadsBusy();
    List<Caller<Bytes>> gathered =
        Callers.startAndWait(
            IntStream.range(10, 40)
                .<Callable<Bytes>>mapToObj(i -> () -> keyValues.get(key(i)).orElseThrow().value())
                .toList());
    busy.forEach(server::serve);
    Asked batch = server.next();
    assertThat(batch.as(TxnRequest.class).getSuccessCount()).isEqualTo(30);
    assertThat(batch.as(TxnRequest.class).getCompareCount()).isZero();
    server.serve(batch);
    for (int i = 10; i < 40; i++) {
      assertThat(gathered.get(i - 10).returned()).isEqualTo(key(i).toBytes());
    }
  }

  @Test
  @Verifies("G13")
  void noBatchIsLargerThanTheServerTakes() throws Exception {
    List<Asked> busy = keepWritesBusy();
    List<Caller<Revision>> many = Callers.startAndWait(puts(10, 10 + 2 * MOST + 7));
    busy.forEach(server::serve);
    int seen = 0;
    while (seen < many.size()) {
      Asked batch = server.next();
      assertThat(batch.operations().size()).isBetween(1, MOST);
      seen += batch.operations().size();
      server.serve(batch);
    }
    for (Caller<Revision> caller : many) {
      assertThat(caller.returned()).isNotNull();
    }

    busy = keepWritesBusy();
    Bytes large = Bytes.of(new byte[300_000]);
    List<Callable<Revision>> heavy = new ArrayList<>();
    for (int i = 10; i < 30; i++) {
      Key key = key(i);
      heavy.add(() -> keyValues.put(key, large));
    }
    List<Caller<Revision>> heavyCallers = Callers.startAndWait(heavy);
    busy.forEach(server::serve);
    for (int got = 0; got < heavy.size(); ) {
      Asked batch = server.next();
      assertThat(batch.operations().stream().mapToLong(RequestOp::getSerializedSize).sum())
          .isLessThan(keyValuesLimit());
      got += batch.operations().size();
      server.serve(batch);
    }
    for (Caller<Revision> caller : heavyCallers) {
      assertThat(caller.returned()).isNotNull();
    }
  }

  private long keyValuesLimit() {
    return connection.limits().requestBytes();
  }

  @Test
  @Verifies({"G1", "G4"})
  void twoWritesOfOneKeyNeverShareARevision() throws Exception {
    List<Asked> busy = keepWritesBusy();
    List<Callable<Revision>> calls = new ArrayList<>(puts(10, 14));
    calls.addAll(puts(10, 14));
    calls.add(() -> {
      assertThat(keyValues.delete(key(12))).isTrue();
      return Revision.ZERO;
    });
    List<Caller<Revision>> callers = Callers.startAndWait(calls);
    busy.forEach(server::serve);
    for (int seen = 0; seen < calls.size(); ) {
      Asked batch = server.next();
      List<ByteString> keys = keysOf(batch);
      assertThat(keys).doesNotHaveDuplicates();
      seen += keys.size();
      server.serve(batch);
    }
    Set<Revision> revisions = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      assertThat(callers.get(i).returned()).isNotEqualTo(callers.get(i + 4).returned());
      revisions.add(callers.get(i).returned());
    }
    assertThat(revisions).isNotEmpty();
    assertThat(callers.getLast().returned()).isEqualTo(Revision.ZERO);
  }

  @Test
  @Verifies({"G12", "G38"})
  void whatIsRefusedTogetherIsRepeatedAlone() throws Exception {
    List<Asked> busy = keepWritesBusy();
    List<Callable<Revision>> calls = new ArrayList<>(puts(10, 15));
    calls.add(() -> keyValues.put(key(99), Bytes.EMPTY, LeaseId.of(5)));
    List<Caller<Revision>> callers = Callers.startAndWait(calls);
    busy.forEach(server::serve);
    Asked batch = server.next();
    assertThat(batch.operations()).hasSize(6);
    Status refusal = Status.NOT_FOUND.withDescription("etcdserver: requested lease not found");
    batch.refuse(refusal);
    for (int i = 0; i < 6; i++) {
      Asked alone = server.next();
      if (alone.as(PutRequest.class).getLease() == 5) {
        alone.refuse(refusal);
      } else {
        server.serve(alone);
      }
    }
    for (Caller<Revision> caller : callers.subList(0, 5)) {
      assertThat(caller.returned()).isNotNull();
    }
    assertThat(callers.getLast().thrown())
        .isInstanceOfSatisfying(
            RequestRefusedException.class,
            refused ->
                assertThat(refused.reason())
                    .isEqualTo(RequestRefusedException.Reason.LEASE_NOT_FOUND));
  }

  @Test
  @Verifies({"G1", "G7", "G9"})
  void whatHasAConditionOrReadsThePastIsNeverMerged() throws Exception {
    keepWritesBusy();
    keepReadsBusy();
    List<Callable<Object>> alone =
        List.of(
            () ->
                keyValues.commit(
                    Transaction.when(Condition.absent(key(50))).then(Put.of(key(50), Bytes.EMPTY))),
            () ->
                keyValues.commit(
                    Transaction.of(Put.of(key(51), Bytes.EMPTY), Put.of(key(52), Bytes.EMPTY))),
            () -> keyValues.commit(Transaction.of(Put.keepingValue(key(53)))),
            () -> keyValues.read(Read.of(key(54)).serializable()),
            () -> keyValues.read(Read.of(key(55)).at(Revision.of(1))));
    for (Callable<Object> call : alone) {
      Caller<Object> caller = Callers.start(call);
      Asked asked = server.next();
      server.serve(asked);
      assertThat(caller.returned()).isNotNull();
    }
  }

  @Test
  @Verifies({"G38", "G39"})
  void whatHappensToABatchHappensToEachOfItsCalls() throws Exception {
    List<Asked> busyWriting = keepWritesBusy();
    List<Caller<Revision>> writers = Callers.startAndWait(puts(10, 20));
    busyWriting.forEach(server::serve);
    Asked writes = server.next();
    assertThat(writes.operations()).hasSize(10);
    writes.refuse(Status.UNAVAILABLE.withDescription("connection reset"));
    for (Caller<Revision> writer : writers) {
      assertThat(writer.thrown()).isInstanceOf(OutcomeUnknownException.class);
    }
    assertThat(server.isQuiet()).isTrue();

    Caller<Revision> next = Callers.start(() -> keyValues.put(key(1), Bytes.EMPTY));
    server.serve(server.next());
    assertThat(next.returned()).isNotNull();
  }

  @Test
  @Verifies("G38")
  void aCallerWhoIsInterruptedTakesBackWhatWasNotSent() throws Exception {
    List<Asked> busy = keepWritesBusy();
    Caller<Boolean> unsent = interruptible(StoreUnavailableException.class, 70);
    List<Caller<Revision>> others = Callers.startAndWait(puts(10, 12));
    unsent.thread().interrupt();
    assertThat(unsent.returned()).isTrue();
    busy.forEach(server::serve);
    for (int seen = 0; seen < 2; ) {
      Asked batch = server.next();
      assertThat(keysOf(batch)).doesNotContain(bytes(key(70)));
      seen += batch.operations().size();
      server.serve(batch);
    }
    for (Caller<Revision> other : others) {
      assertThat(other.returned()).isNotNull();
    }

    Caller<Boolean> sent = interruptible(OutcomeUnknownException.class, 71);
    Asked asked = server.next();
    sent.thread().interrupt();
    assertThat(sent.returned()).isTrue();
    server.serve(asked);
  }

  /** A put that must end with this error and the flag set, once its thread is interrupted. */
  private Caller<Boolean> interruptible(Class<? extends Exception> expected, int number) {
    return Callers.startAndWait(() -> {
      try {
        throw new AssertionError(keyValues.put(key(number), Bytes.EMPTY));
      } catch (StoreUnavailableException | OutcomeUnknownException failed) {
        assertThat(failed).isInstanceOf(expected);
        return Thread.currentThread().isInterrupted();
      }
    });
  }

  @Test
  @Verifies("G37")
  void aServerThatDoesNotAnswerHoldsUpOnlyWhatItHas() throws Exception {
    keepWritesBusy();
    Caller<Revision> put = Callers.startAndWait(() -> keyValues.put(key(1), Bytes.EMPTY));
    assertThat(server.isQuiet()).isTrue();
    clock.advance(Duration.ofMillis(200));
    server.serve(server.next());
    assertThat(put.returned()).isNotNull();
  }

  @Test
  @Verifies({"G37", "G38"})
  void aCallWhoseTimeIsOverTakesBackWhatWasNotSent() throws Exception {
    keepWritesBusy();
    Caller<Revision> put = Callers.startAndWait(() -> keyValues.put(key(1), Bytes.EMPTY));
    clock.advance(Duration.ofSeconds(20));
    assertThat(put.thrown()).isInstanceOf(StoreUnavailableException.class);
    assertThat(server.isQuiet()).isTrue();
  }

  @Test
  @Verifies("G42")
  void closingEndsEveryCall() throws Exception {
    keepWritesBusy();
    List<Caller<Revision>> callers = Callers.startAndWait(puts(10, 20));
    connection.close();
    for (Caller<Revision> caller : callers) {
      assertThat(caller.thrown())
          .isInstanceOfAny(HandleClosedException.class, OutcomeUnknownException.class);
    }
  }

  private List<Asked> keepWritesBusy() throws InterruptedException {
    List<Asked> busy = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Key key = key(1_000 + i);
      Callers.start(() -> keyValues.put(key, Bytes.EMPTY));
      busy.add(server.next());
    }
    return busy;
  }

  private List<Asked> keepReadsBusy() throws InterruptedException {
    List<Asked> busy = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Key key = key(1_000 + i);
      Callers.start(() -> keyValues.get(key));
      busy.add(server.next());
    }
    return busy;
  }

  private List<Callable<Revision>> puts(int from, int to) {
    return IntStream.range(from, to)
        .<Callable<Revision>>mapToObj(i -> () -> keyValues.put(key(i), Bytes.utf8("v" + i)))
        .toList();
  }

  private static List<ByteString> keysOf(Asked asked) {
    return asked.operations().stream()
        .map(operation ->
            switch (operation.getRequestCase()) {
              case REQUEST_PUT -> operation.getRequestPut().getKey();
              case REQUEST_DELETE_RANGE -> operation.getRequestDeleteRange().getKey();
              default -> operation.getRequestRange().getKey();
            })
        .toList();
  }

  private static Key key(int number) {
    return Key.utf8("key/" + number);
  }

  private static ByteString bytes(Key key) {
    return ByteString.copyFrom(key.toArray());
  }
}

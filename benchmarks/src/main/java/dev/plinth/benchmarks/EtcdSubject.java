package dev.plinth.benchmarks;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Key;
import dev.plinth.spi.Put;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Transaction;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** What is measured: the etcd store, or the client that it is compared with. */
sealed interface EtcdSubject extends AutoCloseable {
  /** Returns whether the key was there. */
  boolean get(int key) throws InterruptedException;

  /** Returns the revision. */
  long put(int key, int value) throws InterruptedException;

  /** Replaces a key that must exist; returns whether it did. */
  boolean replace(int key, int value) throws InterruptedException;

  @Override
  void close();

  /** The etcd store with its default settings. */
  final class OfStore implements EtcdSubject {
    private final StoreRuntime runtime = StoreRuntime.system();
    private final Store store;

    OfStore(List<String> endpoints) {
      store =
          StoreProvider.named("etcd").open(Settings.of(Map.of("endpoints", endpoints)), runtime);
    }

    @Override
    public boolean get(int key) {
      return store.keyValues().get(Keys.item(key)).isPresent();
    }

    @Override
    public long put(int key, int value) {
      return store.keyValues().put(Keys.item(key), Keys.value(value)).value();
    }

    @Override
    public boolean replace(int number, int value) {
      Key key = Keys.item(number);
      return store
          .keyValues()
          .commit(Transaction.when(Condition.exists(key)).then(Put.of(key, Keys.value(value))))
          .conditionsHeld();
    }

    @Override
    public void close() {
      store.close();
      runtime.close();
    }
  }

  /** The client of the jetcd project, used as its documentation shows: a call, then its future. */
  final class OfClient implements EtcdSubject {
    private final Client client;
    private final KV kv;

    OfClient(List<String> endpoints) {
      client = Client.builder().endpoints(endpoints.toArray(String[]::new)).build();
      kv = client.getKVClient();
    }

    @Override
    public boolean get(int key) throws InterruptedException {
      try {
        return kv.get(sequence(Keys.item(key).toBytes())).get().getCount() > 0;
      } catch (ExecutionException failed) {
        throw new IllegalStateException("get failed", failed);
      }
    }

    @Override
    public long put(int key, int value) throws InterruptedException {
      try {
        return kv.put(sequence(Keys.item(key).toBytes()), sequence(Keys.value(value)))
            .get()
            .getHeader()
            .getRevision();
      } catch (ExecutionException failed) {
        throw new IllegalStateException("put failed", failed);
      }
    }

    @Override
    public boolean replace(int number, int value) throws InterruptedException {
      ByteSequence key = sequence(Keys.item(number).toBytes());
      try {
        return kv.txn()
            .If(new Cmp(key, Cmp.Op.GREATER, CmpTarget.version(0)))
            .Then(Op.put(key, sequence(Keys.value(value)), PutOption.DEFAULT))
            .commit()
            .get()
            .isSucceeded();
      } catch (ExecutionException failed) {
        throw new IllegalStateException("transaction failed", failed);
      }
    }

    private static ByteSequence sequence(Bytes content) {
      return ByteSequence.from(content.toArray());
    }

    @Override
    public void close() {
      client.close();
    }
  }
}

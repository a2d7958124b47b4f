package dev.plinth.benchmarks;

import dev.plinth.spi.Bytes;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** The client of the jetcd project, used as its documentation shows: a call, then its future. */
final class JetcdSubject implements CallerSubject {
  private final Client client;
  private final KV kv;

  JetcdSubject(List<String> endpoints) {
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

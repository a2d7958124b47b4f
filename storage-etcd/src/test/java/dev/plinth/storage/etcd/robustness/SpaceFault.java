package dev.plinth.storage.etcd.robustness;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Put;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.tck.Await;
import dev.plinth.tck.history.Call;
import dev.plinth.tck.history.Load;
import dev.plinth.tck.robustness.ClientFaults;
import java.time.Duration;
import java.util.Random;

/** What happens when clients fill the space of the servers. */
final class SpaceFault {
  private static final int FILLER = 100;
  private static final Await PATIENT = new Await(Duration.ofMinutes(2));
  private static final KeySpace FILLED = KeySpace.of("/fill");

  private final DisturbedCluster cluster;
  private final Load load;
  private final Random random;

  SpaceFault(DisturbedCluster cluster, Load load, Random random) {
    this.cluster = cluster;
    this.load = load;
    this.random = random;
  }

  private boolean isFull() {
    return cluster.servers().etcdctl().run("alarm", "list").contains("NOSPACE");
  }

  /** Writes until the servers have no more space, then frees it as an operator does. */
  void fill() {
    Store store = cluster.direct();
    int written = 0;
    while (written < 200 && !isFull()) {
      byte[] bytes = new byte[512 << 10];
      random.nextBytes(bytes);
      /* Keys that live, since versions of the past are compacted all the time. */
      Key key = FILLED.key("" + written++);
      Call unused =
          ClientFaults.commit(load, FILLER, store, Transaction.of(Put.of(key, Bytes.of(bytes))));
    }
    if (!isFull()) {
      throw new AssertionError("the servers had space for " + written + " large values");
    }
    ClientFaults.hold(Duration.ofSeconds(1));
    Revision gone =
        PATIENT.value(
            "what filled the space is deleted",
            () ->
                ClientFaults.commit(load, FILLER, store, Transaction.of(Delete.of(FILLED.below())))
                    .revision());
    PATIENT.until("the end of it is seen", () -> load.observed().compareTo(gone) >= 0);
    Revision seen = load.observed();
    Call unused =
        load.history()
            .record(
                FILLER,
                new Call.Request.Compacting(seen),
                () -> new Call.Answer.At(store.keyValues().compact(seen)));
    ClientFaults.hold(Duration.ofMillis(300));
    for (EtcdServer member : cluster.servers().members()) {
      String unusedOutput =
          cluster.servers().etcdctl(member).run("defrag", "--command-timeout=30s");
    }
    String unusedOutput = cluster.servers().etcdctl().run("alarm", "disarm");
  }
}

package dev.plinth.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Change;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.history.Call;
import dev.plinth.tck.history.Violation.Checker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * A checker that never failed is not trusted: each defect here, built into the reads and watches of
 * a memory store, must be found by the checker that is meant for it.
 */
final class ReadMutantsTest {
  /** How often a defect that comes now and then comes. */
  private static final int SELDOM = 15;

  private final DefectHunt hunt = new DefectHunt();

  @Test
  void withoutADefectNothingIsFound() {
    hunt.assertNothingFound(() -> new AlteredStore(DefectHunt.sound()));
  }

  @Test
  void aSeedRepeatsItsRun() {
    List<List<Call>> runs = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      try (Store store = DefectHunt.sound()) {
        runs.add(hunt.interleaved(store).calls());
      }
    }
    assertThat(runs.get(0)).hasSize(runs.get(1).size());
    for (int i = 0; i < runs.get(0).size(); i++) {
      assertThat(runs.get(1).get(i).request()).isEqualTo(runs.get(0).get(i).request());
      assertThat(runs.get(1).get(i).revision()).isEqualTo(runs.get(0).get(i).revision());
    }
  }

  @Test
  void aDroppedChangeIsFound() {
    hunt.assertFound(
        Checker.WATCHES,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              List<WatchBatch> altered(WatchOptions options, WatchBatch batch) {
                return !DefectHunt.isObserver(options)
                        && !batch.isProgress()
                        && random.nextInt(SELDOM) == 0
                    ? List.of(
                        new WatchBatch(
                            batch.revision(), batch.changes().subList(1, batch.changes().size())))
                    : List.of(batch);
              }
            });
  }

  @Test
  void aDroppedDeliveryIsFound() {
    hunt.assertFound(
        Checker.WATCHES,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              List<WatchBatch> altered(WatchOptions options, WatchBatch batch) {
                return !DefectHunt.isObserver(options)
                        && !batch.isProgress()
                        && random.nextInt(SELDOM) == 0
                    ? List.of()
                    : List.of(batch);
              }
            });
  }

  @Test
  void aRepeatedDeliveryIsFound() {
    hunt.assertFound(
        Checker.WATCHES,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              List<WatchBatch> altered(WatchOptions options, WatchBatch batch) {
                return !DefectHunt.isObserver(options) && random.nextInt(SELDOM) == 0
                    ? List.of(batch, batch)
                    : List.of(batch);
              }
            });
  }

  @Test
  void aSplitRevisionIsFound() {
    hunt.assertFound(
        Checker.WATCHES,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              List<WatchBatch> altered(WatchOptions options, WatchBatch batch) {
                List<Change> changes = batch.changes();
                int last = changes.size() - 1;
                return last > 0
                        && !DefectHunt.isObserver(options)
                        && changes.get(last).revision().equals(changes.get(last - 1).revision())
                    ? List.of(
                        new WatchBatch(batch.revision(), changes.subList(0, last)),
                        new WatchBatch(batch.revision(), changes.subList(last, last + 1)))
                    : List.of(batch);
              }
            });
  }

  @Test
  void aProgressMarkAheadOfChangesIsFound() {
    hunt.assertFound(
        Checker.WATCHES,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              List<WatchBatch> altered(WatchOptions options, WatchBatch batch) {
                return !DefectHunt.isObserver(options)
                        && !batch.isProgress()
                        && random.nextInt(SELDOM) == 0
                    ? List.of(new WatchBatch(batch.revision(), List.of()), batch)
                    : List.of(batch);
              }
            });
  }

  @Test
  void aWrongVersionBeforeIsFound() {
    hunt.assertFound(
        Checker.WATCHES,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              List<WatchBatch> altered(WatchOptions options, WatchBatch batch) {
                return List.of(
                    new WatchBatch(
                        batch.revision(),
                        batch.changes().stream()
                            .map(change ->
                                change.previous().isPresent()
                                        && !DefectHunt.isObserver(options)
                                        && random.nextInt(SELDOM) == 0
                                    ? change.withPrevious(change.entry())
                                    : change)
                            .toList()));
              }
            });
  }

  @Test
  void aStaleReadIsFound() {
    hunt.assertFound(
        Checker.REVISION_ORDER, random -> staleReads(random, Read.Consistency.LINEARIZABLE));
  }

  @Test
  void aSerialisableReadThatGoesBackIsFound() {
    hunt.assertFound(
        Checker.SERIALIZABLE_READS, random -> staleReads(random, Read.Consistency.SERIALIZABLE));
  }

  private Store staleReads(Random random, Read.Consistency consistency) {
    Map<Read, Slice> earlier = new ConcurrentHashMap<>();
    return new AlteredStore(DefectHunt.sound()) {
      @Override
      public Slice read(Read read) {
        Slice old = earlier.get(read);
        if (old != null && read.consistency() == consistency && random.nextInt(4) == 0) {
          return old;
        }
        Slice slice = super.read(read);
        earlier.put(read, slice);
        return slice;
      }
    };
  }

  @Test
  void aReadOfTheWrongPastIsFound() {
    hunt.assertFound(
        Checker.REVISION_ORDER,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Slice read(Read read) {
                Slice slice = super.read(read);
                return read.revision().value() > 0 && random.nextInt(4) == 0
                    ? super.read(read.at(Revision.ZERO))
                    : slice;
              }
            });
  }
}

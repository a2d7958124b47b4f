package dev.plinth.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.VirtualRuntime;
import dev.plinth.tck.history.Checks;
import dev.plinth.tck.history.History;
import dev.plinth.tck.history.Surroundings;
import dev.plinth.tck.history.Violation;
import dev.plinth.tck.history.Violation.Checker;
import dev.plinth.tck.history.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/** Runs workloads on stores with a defect until the checker that is meant for it finds it. */
final class DefectHunt {
  private static final long FIRST_SEED = 20_260_101;

  /** A defect that does not show in one run shows in one of these. */
  private static final int ATTEMPTS = Boolean.getBoolean("plinth.all") ? 100 : 5;

  /** A memory store without a defect. */
  static Store sound() {
    return new MemoryStoreProvider().open(Settings.empty(), new VirtualRuntime(1));
  }

  /** Fails if a checker finds anything in a store. */
  void assertNothingFound(Supplier<Store> stores) {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + ATTEMPTS; seed++) {
      for (boolean interleaved : List.of(true, false)) {
        try (Store store = stores.get()) {
          assertThat(violations(store, seed, interleaved)).as("seed %s", seed).isEmpty();
        }
      }
    }
  }

  /** Fails if a checker does not find a defect, which may use the randomness it is given. */
  void assertFound(Checker checker, Function<Random, Store> defective) {
    List<Violation> found = List.of();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + ATTEMPTS; seed++) {
      try (Store store = defective.apply(new Random(seed))) {
        found = violations(store, seed, true);
        if (found.stream().anyMatch(violation -> violation.checker() == checker)) {
          return;
        }
      }
    }
    fail("%s found nothing in %s runs; the last one: %s", checker, ATTEMPTS, found);
  }

  /** Records what one seed does to a store, on one thread. */
  History interleaved(Store store) {
    return new Workload(FIRST_SEED, 4, 200, true).run(store, surroundings(store));
  }

  /** Whether a watch is that of the workload's observer, on whom the checkers rely. */
  static boolean isObserver(WatchOptions options) {
    return options.from().equals(Optional.of(Revision.of(2)))
        && options.range().equals(KeyRange.all())
        && options.previousValues();
  }

  private List<Violation> violations(Store store, long seed, boolean interleaved) {
    return Checks.run(new Workload(seed, 4, 300, interleaved).run(store, surroundings(store)));
  }

  private static Surroundings surroundings(Store store) {
    VirtualRuntime time = (VirtualRuntime) store.runtime();
    return new Surroundings(time::advance, Duration.ofMillis(400), Duration.ofSeconds(30));
  }
}

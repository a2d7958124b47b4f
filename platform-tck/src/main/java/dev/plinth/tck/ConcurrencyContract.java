package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Transactions of several threads at once: cases 58 to 61.
 *
 * @since 0.1
 */
public interface ConcurrencyContract extends StoreFixture {
  /** A counter that is raised only if unchanged loses no update. */
  @Test
  @Case(58)
  @Verifies({"G6", "G11", "G39"})
  default void aCounterRaisedIfUnchangedLosesNoUpdate() {
    try (Store store = open()) {
      Key key = freshKey();
      store.keyValues().put(key, Bytes.utf8("0"));
      List<Integer> raised =
          Concurrently.run(
              patience(),
              16,
              thread ->
                  () -> {
                    int successes = 0;
                    for (int i = 0; i < 25; i++) {
                      Entry entry = store.keyValues().get(key).orElseThrow();
                      int next = Integer.parseInt(entry.value().utf8()) + 1;
                      if (store.keyValues().replace(entry, Bytes.utf8("" + next)).isPresent()) {
                        successes++;
                      }
                    }
                    return successes;
                  });

      Entry last = store.keyValues().get(key).orElseThrow();
      int successes = raised.stream().mapToInt(Integer::intValue).sum();
      assertThat(last.value().utf8()).isEqualTo("" + successes);
      assertThat(last.version()).isEqualTo(successes + 1L);
    }
  }

  /** Of those who create a missing key one succeeds, and the others read what it wrote. */
  @Test
  @Case(59)
  @Verifies({"G6", "G11"})
  default void oneCreatorWinsAndTheOthersReadWhatItWrote() {
    try (Store store = open()) {
      for (int round = 0; round < 20; round++) {
        Key key = freshKey();
        List<String> outcomes =
            Concurrently.run(
                patience(),
                8,
                thread ->
                    () -> {
                      String mine = "" + thread;
                      Commit commit =
                          store
                              .keyValues()
                              .commit(
                                  Transaction.when(Condition.absent(key))
                                      .then(Put.of(key, Bytes.utf8(mine)))
                                      .otherwise(Read.of(key)));
                      return commit.conditionsHeld()
                          ? "won"
                          : commit.read(0).entries().getFirst().value().utf8();
                    });
        int winner = outcomes.indexOf("won");
        assertThat(winner).isNotNegative();
        assertThat(outcomes.stream().filter(outcome -> !outcome.equals("won")))
            .hasSize(7)
            .containsOnly("" + winner);
      }
    }
  }

  /** What is moved between accounts in transactions stays the same in sum, at every revision. */
  @Test
  @Case(60)
  @Verifies({"G4", "G6", "G9"})
  default void transfersKeepTheSumAtEveryRevision() {
    int accounts = 5;
    // Nobody else writes there: every revision between two of its own is looked at.
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      for (int i = 0; i < accounts; i++) {
        store.keyValues().put(space.key("" + i), Bytes.utf8("100"));
      }
      Revision opened = store.keyValues().current();
      List<Integer> sums =
          Concurrently.run(
              patience(),
              6,
              thread ->
                  () -> {
                    Random random = new Random(thread);
                    int wrong = 0;
                    for (int i = 0; i < 50; i++) {
                      transfer(store, space, accounts, random);
                      wrong += sum(store, Read.of(space.below())) == 100 * accounts ? 0 : 1;
                    }
                    return wrong;
                  });
      assertThat(sums).containsOnly(0);
      Revision last = store.keyValues().current();
      for (long revision = opened.value(); revision <= last.value(); revision++) {
        assertThat(sum(store, Read.of(space.below()).at(Revision.of(revision))))
            .as("at revision %s", revision)
            .isEqualTo(100 * accounts);
      }
    }
  }

  private static void transfer(Store store, KeySpace space, int accounts, Random random) {
    int source = random.nextInt(accounts);
    int target = (source + 1 + random.nextInt(accounts - 1)) % accounts;
    Entry from = store.keyValues().get(space.key("" + source)).orElseThrow();
    Entry to = store.keyValues().get(space.key("" + target)).orElseThrow();
    int amount = random.nextInt(20);
    Commit unused =
        store
            .keyValues()
            .commit(
                Transaction.when(Condition.unchanged(from), Condition.unchanged(to))
                    .then(
                        Put.of(from.key(), plus(from.value(), -amount)),
                        Put.of(to.key(), plus(to.value(), amount))));
  }

  private static Bytes plus(Bytes balance, int amount) {
    return Bytes.utf8("" + (Integer.parseInt(balance.utf8()) + amount));
  }

  private static int sum(Store store, Read read) {
    return store.keyValues().read(read).entries().stream()
        .mapToInt(entry -> Integer.parseInt(entry.value().utf8()))
        .sum();
  }

  /** Transactions on different keys never make each other fail. */
  @Test
  @Case(61)
  @Verifies("G11")
  default void transactionsOnDifferentKeysDoNotDisturbEachOther() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      List<Integer> succeeded =
          Concurrently.run(
              patience(),
              8,
              thread ->
                  () -> {
                    int successes = 0;
                    Key key = space.key("" + thread);
                    Optional<Revision> last = store.keyValues().create(key, Bytes.EMPTY);
                    for (int i = 0; i < 50 && last.isPresent(); i++) {
                      Entry entry = store.keyValues().get(key).orElseThrow();
                      last = store.keyValues().replace(entry, Bytes.utf8("" + i));
                      successes += last.isPresent() ? 1 : 0;
                    }
                    return successes;
                  });
      assertThat(succeeded).containsOnly(50);
    }
  }
}

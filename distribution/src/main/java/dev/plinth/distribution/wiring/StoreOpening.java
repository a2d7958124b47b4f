package dev.plinth.distribution.wiring;

import dev.plinth.chassis.time.Pause;
import dev.plinth.spi.Capability;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Opens a store and makes sure that it answers, so that a wrong address, a wrong password or a
 * cluster without a majority is told at once and not by whatever fails first. Stateless.
 */
public final class StoreOpening {
  private static final String DIAL_TIMEOUT = "dial-timeout";
  private static final Duration DEFAULT_DIAL_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(100);

  private StoreOpening() {}

  /**
   * Opens a store. Blocks until it answers, but no longer than its dial timeout; one that this
   * process itself serves is open when it has started, for others may still have to join it.
   *
   * @param provider which
   * @param section its settings
   * @param runtime its time and threads; outlives the store
   * @return a store that answered
   * @throws StoreException if it did not, or refused the credentials; nothing is left open
   * @throws dev.plinth.spi.SettingsException if a key is unknown or a value is wrong
   */
  public static Store reached(StoreProvider provider, Settings section, StoreRuntime runtime) {
    Store store = provider.open(section, runtime);
    if (provider.listens() || store.capabilities().contains(Capability.IN_PROCESS)) {
      return store;
    }
    try {
      awaitAnswer(store, section.duration(DIAL_TIMEOUT, DEFAULT_DIAL_TIMEOUT));
      return store;
    } catch (StoreException unreached) {
      store.close();
      throw unreached;
    }
  }

  private static void awaitAnswer(Store store, Duration patience) {
    Question question = new Question(store, patience);
    CountDownLatch answered = new CountDownLatch(1);
    Thread asking =
        store
            .runtime()
            .start(
                "plinth-store-opening",
                () -> {
                  question.ask();
                  answered.countDown();
                });
    try {
      boolean _ = answered.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    Optional<StoreException> failure = question.failure;
    asking.interrupt();
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  /** Asks on one thread; its failure is read by another. */
  private static final class Question {
    private final Store store;
    private volatile Optional<StoreException> failure;

    Question(Store store, Duration patience) {
      this.store = store;
      this.failure =
          Optional.of(
              new StoreUnavailableException(
                  "the store did not answer within " + patience.toMillis() + " ms"));
    }

    /** Goes on until there is an answer, a refusal or an interruption. */
    void ask() {
      Pause pause = Pause.in(store.runtime());
      while (true) {
        try {
          store.keyValues().current();
          failure = Optional.empty();
          return;
        } catch (StoreUnavailableException unreached) {
          failure = Optional.of(unreached);
        } catch (RequestRefusedException refused) {
          boolean isThere = refused.reason() == RequestRefusedException.Reason.PERMISSION_DENIED;
          failure = isThere ? Optional.empty() : Optional.of(refused);
          return;
        } catch (StoreException failed) {
          failure = Optional.of(failed);
          return;
        }
        try {
          pause.of(BETWEEN_ATTEMPTS);
        } catch (InterruptedException late) {
          return;
        }
      }
    }
  }

  /**
   * Says in a few words where data is and how long it lives.
   *
   * @param store which
   * @param section the settings it was opened with
   * @param name what configuration calls it
   * @return such as {@code store memory: not durable, data ends with this process}
   */
  public static String note(Store store, Settings section, String name) {
    List<String> endpoints = section.strings("endpoints", List.of());
    String where =
        "store " + name + (endpoints.isEmpty() ? "" : " at " + String.join(", ", endpoints));
    if (store.capabilities().contains(Capability.DURABLE)) {
      return where;
    }
    return store.capabilities().contains(Capability.SHARED)
        ? where + ": not durable, data ends with its last member"
        : where + ": not durable, data ends with this process";
  }
}

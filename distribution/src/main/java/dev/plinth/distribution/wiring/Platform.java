package dev.plinth.distribution.wiring;

import dev.plinth.spi.Settings;
import java.net.URI;
import java.util.List;

/** What the command line needs of the launcher: to start everything. */
public interface Platform {
  /**
   * Starts the store and the services.
   *
   * @param settings the checked configuration
   * @param progress told of each service as it becomes ready
   * @return what runs, to be stopped by the caller
   * @throws dev.plinth.chassis.lifecycle.StartException if a part did not start; nothing runs then
   * @throws dev.plinth.spi.SettingsException if the configuration is wrong
   */
  Running start(Settings settings, Progress progress);

  /**
   * Waits until the process is told to end, then stops what runs. Does not return.
   *
   * @param running what {@link #start} gave
   * @throws InterruptedException if interrupted
   */
  void serve(Running running) throws InterruptedException;

  /**
   * Opens the store alone, for commands that do without a running launcher.
   *
   * @param settings the checked configuration
   * @return what serves the admin API of the store, to be closed by the caller
   * @throws dev.plinth.spi.SettingsException if the store lives in one process only, so that
   *     another one has nothing to open
   * @throws dev.plinth.spi.StoreException if the store cannot be reached or refuses the credentials
   */
  Direct direct(Settings settings);

  /** The admin API of a store that this process opened, on the loopback address. */
  interface Direct extends AutoCloseable {
    /**
     * Returns where it listens.
     *
     * @return its address
     */
    URI uri();

    /**
     * Returns what opens it.
     *
     * @return the value of the header {@code Authorization}
     */
    String authorization();

    /** Stops it and closes the store. Idempotent. */
    @Override
    void close();
  }

  /** Hears of the start as it goes on, from several threads, one at a time. */
  interface Progress {
    /**
     * A service is ready.
     *
     * @param service which
     */
    void ready(StartedService service);
  }

  /**
   * A service that runs.
   *
   * @param name what it is called
   * @param addresses where it is reached, HTTP first
   */
  record StartedService(String name, List<String> addresses) {
    /** Copies the list. */
    public StartedService {
      addresses = List.copyOf(addresses);
    }
  }

  /** Everything, while it runs. */
  interface Running extends AutoCloseable {
    /**
     * Returns the services.
     *
     * @return in the order of the configuration
     */
    List<StartedService> services();

    /**
     * Returns a note on the store that a person should know.
     *
     * @return such as that data is not durable
     */
    String storeNote();

    /**
     * Stops the services in reverse order, then the store. Idempotent; returns when all is still.
     */
    @Override
    void close();
  }
}

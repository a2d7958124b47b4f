package dev.plinth.tck;

import dev.plinth.spi.Key;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Store;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the contract needs to know of a store in order to test it.
 *
 * <p>A store's test class implements this and every contract:
 *
 * <pre>{@code
 * final class MemoryStoreTest implements VirtualTimeFixture, EveryContract {
 *   ...
 * }
 * }</pre>
 *
 * <p>Every method may be called from several threads, for tests may run in parallel. A hook that a
 * store does not have stays empty; the cases that need it are reported as not applicable.
 *
 * @since 0.1
 */
@ExtendWith(CaseReporting.class)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public interface StoreFixture {
  /**
   * Returns what the table calls the store.
   *
   * @return the provider's name, and what else tells this fixture from others of the same provider
   */
  String storeName();

  /**
   * Returns what the store calls itself.
   *
   * @return the provider's name
   */
  default String providerName() {
    return storeName();
  }

  /**
   * Returns which servers the tests run on, for the head of the table.
   *
   * @return version and number, in words; nothing if the store has no servers
   */
  default Optional<String> servers() {
    return Optional.empty();
  }

  /**
   * Opens a client of the server that all tests share; a store that is not shared may open a new
   * one each time. Tests keep to keys of {@link #freshKey} and {@link #freshKeySpace} in it and
   * make no assumption about its revision.
   *
   * @return a store, closed by the test
   */
  Store open();

  /**
   * Opens a store that nothing was ever written to, and that nobody else writes to.
   *
   * @return a store at revision 1, closed by the test
   */
  Store openEmpty();

  /**
   * Opens another client of the same data.
   *
   * @param store whose data
   * @return another store, closed by the test; nothing without the capability {@code SHARED}
   */
  default Optional<Store> openAnother(Store store) {
    return Optional.empty();
  }

  /**
   * Lets time pass, for the store and for the recipes on it, at once or by waiting.
   *
   * @param store whose time
   * @param by how much
   */
  default void advance(Store store, Duration by) {
    long end = System.nanoTime() + by.toNanos();
    for (long left = by.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /**
   * Returns how far the store's time may be off the test's: what a test that lets time pass stays
   * clear of a deadline with.
   *
   * @return zero under virtual time
   */
  default Duration tolerance() {
    return Duration.ofMillis(500);
  }

  /**
   * Returns how long, in real time, a test waits for something before it fails.
   *
   * @return a bound on a hopeless wait, not a measure of speed
   */
  default Duration patience() {
    return Duration.ofSeconds(30);
  }

  /**
   * Returns how long the leases live that a test keeps alive, or uses before they end.
   *
   * @return where time is real, so long that a machine which stands still for a moment ends none;
   *     longer with {@code -Dplinth.all=true}, which is for busy machines too
   */
  default Duration ttl() {
    return Duration.ofSeconds(Boolean.getBoolean("plinth.all") ? 10 : 5);
  }

  /**
   * Starts servers of its own, which the test may stop: the cases marked for restart and fail-over.
   *
   * @return the servers, closed by the test; nothing if the store has none
   */
  default Optional<Cluster> startCluster() {
    return Optional.empty();
  }

  /**
   * Opens a client behind a connection that can be cut, stalled and delayed.
   *
   * @return the connection, healthy, closed by the test; nothing if the store has none
   */
  default Optional<Link> openLink() {
    return Optional.empty();
  }

  /**
   * Returns the wall clock that the store sees.
   *
   * @param store which
   * @return its clock; nothing if it cannot be stepped
   */
  default Optional<WallClock> wallClock(Store store) {
    return Optional.empty();
  }

  /**
   * Returns what the servers of this fixture are known to do wrong.
   *
   * @return empty for a store that keeps its promises
   */
  default Set<KnownDefect> knownDefects() {
    return Set.of();
  }

  /**
   * Returns the longest that a bounded call may take.
   *
   * @return the request timeout that stores of this fixture are opened with
   */
  default Duration requestTimeout() {
    return Duration.ofSeconds(3);
  }

  /**
   * Returns a key that no other test uses.
   *
   * @return a new one each time
   */
  default Key freshKey() {
    return freshKeySpace().key("key");
  }

  /**
   * Returns a key space that no other test uses.
   *
   * @return a new one each time
   */
  default KeySpace freshKeySpace() {
    return KeySpace.of("/tck/" + UUID.randomUUID());
  }
}

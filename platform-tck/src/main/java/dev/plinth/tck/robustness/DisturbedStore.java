package dev.plinth.tck.robustness;

import dev.plinth.spi.Store;
import dev.plinth.tck.history.Checks;
import dev.plinth.tck.history.Load;
import java.util.List;
import java.util.Random;

/**
 * Servers, or members, of one store, with clients that may be cut off from them.
 *
 * <p>Used by one thread at a time; closing it ends all of it.
 */
public interface DisturbedStore extends AutoCloseable {
  /**
   * Returns the stores of those who work, one each.
   *
   * @return of the same data, which is empty at first
   */
  List<Store> clients();

  /**
   * Returns the store of the one who watches everything.
   *
   * @return another one of the same data
   */
  Store observing();

  /**
   * Returns a store that no fault cuts off, as long as anything serves.
   *
   * @return another one of the same data
   */
  Store direct();

  /**
   * Says what it is, for the summary.
   *
   * @return "etcd 3.5.16, 3 members"
   */
  String description();

  /**
   * Returns what may happen to it.
   *
   * @param load that goes on meanwhile
   * @param random draws what is left open
   * @return every kind once
   */
  List<Fault> faults(Load load, Random random);

  /**
   * Undoes what a fault may have left behind, and waits until it serves.
   *
   * @throws AssertionError if it does not
   */
  void heal();

  /**
   * Says what its servers are known to do wrong.
   *
   * @return nothing, unless said otherwise
   */
  default Checks.Tolerance tolerance() {
    return Checks.Tolerance.NONE;
  }

  @Override
  void close();
}

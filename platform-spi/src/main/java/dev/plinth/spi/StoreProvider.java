package dev.plinth.spi;

import java.util.ServiceLoader;
import java.util.TreeSet;

/**
 * Opens stores of one kind; found by {@link ServiceLoader}.
 *
 * <p>Thread-safe. Implementations are public, named {@code *StoreProvider}, and have a public
 * constructor without parameters.
 *
 * @since 0.1
 */
public interface StoreProvider {
  /**
   * Returns the name that configuration selects it by.
   *
   * @return such as {@code memory}
   */
  String name();

  /**
   * Checks settings without opening anything, so that a mistake is found although another store is
   * selected.
   *
   * @param settings the section of this store
   * @throws SettingsException if a key is unknown or a value is wrong
   */
  void check(Settings settings);

  /**
   * Returns whether stores of this kind listen at a port of their own. If so, their settings take
   * {@code port-offset}, which is added to it.
   *
   * @return false, unless the process itself becomes a server of the data
   */
  default boolean listens() {
    return false;
  }

  /**
   * Opens a store. Connects behind: a server that cannot be reached shows in the calls, not here.
   * Returns at once, or, if the store itself is a server, when that has started.
   *
   * @param settings the section of this store
   * @param runtime its time and threads; outlives the store and is closed by the caller
   * @return the store, to be closed by the caller
   * @throws SettingsException if a key is unknown or a value is wrong
   */
  Store open(Settings settings, StoreRuntime runtime);

  /**
   * Finds a provider on the class path.
   *
   * @param name what it is called
   * @return the provider
   * @throws SettingsException if there is none of that name; the message lists those that there are
   */
  static StoreProvider named(String name) {
    TreeSet<String> known = new TreeSet<>();
    for (StoreProvider provider : ServiceLoader.load(StoreProvider.class)) {
      if (provider.name().equals(name)) {
        return provider;
      }
      known.add(provider.name());
    }
    throw new SettingsException(
        "backend", "no store is called '" + name + "'; there is: " + String.join(", ", known));
  }
}

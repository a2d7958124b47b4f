package dev.plinth.chassis.auth;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The address that servers listen on.
 *
 * <p>Immutable.
 *
 * @param address loopback, unless the operator insists
 */
public record BindAddress(InetAddress address) {
  private static final String LOOPBACK = "127.0.0.1";

  /**
   * Returns the address that only this machine reaches.
   *
   * @return 127.0.0.1
   */
  public static BindAddress loopback() {
    return new BindAddress(resolve(Settings.empty(), LOOPBACK));
  }

  /**
   * Reads {@code bind-address} (default 127.0.0.1) and {@code insecure} (default false).
   *
   * @param settings the top of the configuration; other keys are not looked at
   * @return the address
   * @throws SettingsException if it cannot be resolved, or is not loopback and {@code insecure} is
   *     not true
   */
  public static BindAddress from(Settings settings) {
    String text = settings.string("bind-address", LOOPBACK);
    boolean insecure = settings.flag("insecure", false);
    InetAddress address = resolve(settings, text);
    if (!address.isLoopbackAddress() && !insecure) {
      throw settings.error(
          "bind-address",
          "'"
              + text
              + "' can be reached from other machines, and nothing asks who is there;"
              + " use 127.0.0.1, or accept that with insecure: true");
    }
    return new BindAddress(address);
  }

  private static InetAddress resolve(Settings settings, String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException unknown) {
      throw settings.error("bind-address", "'" + text + "' is not an address of this machine");
    }
  }

  /**
   * Returns the address as text.
   *
   * @return such as {@code 127.0.0.1}
   */
  public String host() {
    return address.getHostAddress();
  }

  /**
   * Returns the address as it stands in a URI.
   *
   * @return as {@link #host}, with brackets around IPv6; the loopback address for the wildcard
   */
  public String uriHost() {
    String reachable = address.isAnyLocalAddress() ? LOOPBACK : host();
    return reachable.contains(":") ? "[" + reachable + "]" : reachable;
  }
}

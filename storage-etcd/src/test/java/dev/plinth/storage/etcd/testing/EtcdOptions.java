package dev.plinth.storage.etcd.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How servers are started.
 *
 * <p>Immutable.
 *
 * @param installation the version
 * @param members how many
 * @param flags more words for the command line of each: "--quota-backend-bytes=20000000"
 * @param certificates what they identify themselves with; nothing for plain connections
 */
public record EtcdOptions(
    EtcdInstallation installation,
    int members,
    List<String> flags,
    Optional<Certificates> certificates) {
  /** Copies the list. */
  public EtcdOptions {
    flags = List.copyOf(flags);
  }

  /**
   * Returns the options of servers with nothing special.
   *
   * @param installation the version
   * @param members how many
   * @return the options
   */
  public static EtcdOptions of(EtcdInstallation installation, int members) {
    return new EtcdOptions(installation, members, List.of(), Optional.empty());
  }

  /**
   * Adds words to the command line.
   *
   * @param more "--auth-token-ttl=2"
   * @return other options
   */
  public EtcdOptions with(String... more) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(List.of(more));
    return new EtcdOptions(installation, members, all, certificates);
  }

  /**
   * Encrypts client connections. Clients need not show a certificate, unless a flag asks for it:
   * "--client-cert-auth".
   *
   * @param with what the servers identify themselves with
   * @return other options
   */
  public EtcdOptions encrypted(Certificates with) {
    return new EtcdOptions(installation, members, flags, Optional.of(with));
  }
}

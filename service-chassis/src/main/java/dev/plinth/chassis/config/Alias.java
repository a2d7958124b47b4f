package dev.plinth.chassis.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Another name for a key, from the documents that users already have.
 *
 * <p>Immutable.
 *
 * @param name of the environment variable, or of the flag with its hyphens
 * @param key what it sets
 * @param form what its value looks like
 * @param implied what else it sets, unless somebody says otherwise
 */
public record Alias(String name, String key, Form form, Optional<Implied> implied) {

  /** What a value looks like, and so how it is translated. */
  public enum Form {
    /** As the key has it. */
    SAME,
    /** A number of seconds without a unit. */
    SECONDS,
    /** A host, to which a port is added from {@code ETCD_PORT}. */
    HOST,
    /** A port, to which a host is added from {@code ETCD_HOST}. */
    PORT,
    /** The name of a store, where {@code in-memory} and {@code inmemory} mean {@code memory}. */
    BACKEND
  }

  /**
   * What a name sets beside its key, if nothing else sets it.
   *
   * @param key which
   * @param value its value
   */
  public record Implied(String key, String value) {
    /** Checks that nothing is null. */
    public Implied {
      requireNonNull(key, "key");
      requireNonNull(value, "value");
    }
  }

  private static final String ENDPOINTS = "store.etcd.endpoints";
  private static final String USERNAME = "store.etcd.username";
  private static final String PASSWORD = "store.etcd.password";
  private static final String DIAL_TIMEOUT = "store.etcd.dial-timeout";
  private static final Implied ETCD = new Implied("store.backend", "etcd");

  /** Checks that nothing is null. */
  public Alias {
    requireNonNull(name, "name");
    requireNonNull(key, "key");
    requireNonNull(form, "form");
    requireNonNull(implied, "implied");
  }

  private static Alias same(String name, String key) {
    return new Alias(name, key, Form.SAME, Optional.empty());
  }

  /** Whoever says how to reach etcd wants etcd. */
  private static Alias etcd(String name, String key, Form form) {
    return new Alias(name, key, form, Optional.of(ETCD));
  }

  /**
   * Returns every alias there is.
   *
   * @return variables and flags
   */
  public static List<Alias> all() {
    return List.of(
        etcd("ZTAP_ETCD_ENDPOINTS", ENDPOINTS, Form.SAME),
        etcd("--etcd-endpoints", ENDPOINTS, Form.SAME),
        etcd("ETCD_HOST", ENDPOINTS, Form.HOST),
        etcd("ETCD_PORT", ENDPOINTS, Form.PORT),
        etcd("ZTAP_ETCD_USERNAME", USERNAME, Form.SAME),
        etcd("ETCD_USERNAME", USERNAME, Form.SAME),
        etcd("ZTAP_ETCD_PASSWORD", PASSWORD, Form.SAME),
        etcd("ETCD_PASSWORD", PASSWORD, Form.SAME),
        etcd("ETCD_TIMEOUT", DIAL_TIMEOUT, Form.SECONDS),
        etcd("ZTAP_ETCD_DIAL_TIMEOUT", DIAL_TIMEOUT, Form.SAME),
        same("ETCD_PREFIX", "labmgr.key-prefix"),
        same("ZTAP_ETCD_KEY_PREFIX", "ztap.key-prefix"),
        new Alias("ZTAP_CLUSTER_BACKEND", "store.backend", Form.BACKEND, Optional.empty()),
        same("ZTAP_NODE_ID", "ztap.node-id"),
        same("ZTAP_NODE_ADDRESS", "ztap.node-address"),
        same("ZTAP_ETCD_SESSION_TTL", "ztap.session-ttl"),
        same("ZTAP_ETCD_LEADER_ELECTION_KEY", "ztap.leader-election-key"),
        same("ZTAP_CLUSTER_ID", "ztap.cluster-id"),
        same("ZTAP_CLUSTER_HEARTBEAT_INTERVAL", "ztap.heartbeat-interval"),
        same("ZTAP_CLUSTER_ELECTION_TIMEOUT", "ztap.election-timeout"),
        same("--port", "centro.grpc-port"));
  }
}

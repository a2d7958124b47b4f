package dev.plinth.storage.etcd;

import dev.plinth.spi.Secret;
import dev.plinth.spi.Settings;
import dev.plinth.spi.StoreLimits;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a store reaches etcd.
 *
 * @param endpoints at least one, all with or all without TLS
 * @param dialTimeout how long a connection may take to be made
 * @param requestTimeout how long a call may take in all
 * @param login whom to authenticate as, if etcd asks for it
 * @param tls how to trust and to be trusted; nothing for plain connections
 * @param groupCommit whether concurrent calls share transactions
 * @param compaction what history this store gives up by itself; nothing if it is the operator's
 * @param limits what is refused before it is sent
 */
record EtcdConfig(
    List<EtcdEndpoint> endpoints,
    Duration dialTimeout,
    Duration requestTimeout,
    Optional<Login> login,
    Optional<Tls> tls,
    boolean groupCommit,
    Optional<Compaction> compaction,
    StoreLimits limits) {

  /**
   * A user of etcd.
   *
   * @param username who
   * @param password its proof
   */
  record Login(String username, Secret password) {}

  /**
   * How connections are secured.
   *
   * @param context whom to trust, and what this client shows
   * @param serverName the name that the servers' certificates are checked for, if not their host
   */
  record Tls(SslContext context, Optional<String> serverName) {}

  /**
   * What history stays readable.
   *
   * @param age everything that is younger, if given
   * @param revisions the newest ones, if given
   */
  record Compaction(Optional<Duration> age, Optional<Long> revisions) {}

  /** What etcd takes as the longest time to live, in seconds. */
  private static final long LONGEST_TTL_SECONDS = 9_000_000_000L;

  /**
   * What a lease may outlive its time to live by: etcd looks twice a second, and a new leader of
   * the cluster gives every lease its full time again.
   */
  private static final Duration EXPIRY_BOUND = Duration.ofSeconds(3);

  /** A watch that lost its connection has a new one after this. */
  private static final Duration DELIVERY_BOUND = Duration.ofSeconds(10);

  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

  /** Copies the list. */
  EtcdConfig {
    endpoints = List.copyOf(endpoints);
  }

  static EtcdConfig from(Settings settings) {
    settings.allowOnly(
        "endpoints",
        "dial-timeout",
        "request-timeout",
        "username",
        "password",
        "tls",
        "group-commit",
        "compaction",
        "max-operations",
        "max-request-bytes");
    List<EtcdEndpoint> endpoints = endpoints(settings);
    return new EtcdConfig(
        endpoints,
        timeout(settings, "dial-timeout", Duration.ofSeconds(5)),
        timeout(settings, "request-timeout", Duration.ofSeconds(3)),
        login(settings),
        tls(settings, endpoints.getFirst().isSecure()),
        settings.flag("group-commit", true),
        compaction(settings.section("compaction")),
        new StoreLimits(
            settings.integer("max-operations", 128, 1, 1_000_000),
            requestBytes(settings),
            Duration.ofSeconds(2),
            Duration.ofSeconds(LONGEST_TTL_SECONDS),
            EXPIRY_BOUND,
            DELIVERY_BOUND));
  }

  private static List<EtcdEndpoint> endpoints(Settings settings) {
    List<EtcdEndpoint> endpoints = new ArrayList<>();
    for (String text : settings.strings("endpoints", List.of("localhost:2379"))) {
      try {
        endpoints.add(EtcdEndpoint.parse(text));
      } catch (IllegalArgumentException wrong) {
        throw settings.error("endpoints", String.valueOf(wrong.getMessage()));
      }
    }
    if (endpoints.isEmpty()) {
      throw settings.error("endpoints", "at least one is needed, such as localhost:2379");
    }
    boolean wantsTls = settings.has("tls");
    List<EtcdEndpoint> resolved =
        endpoints.stream()
            .map(endpoint -> wantsTls ? endpoint.securedUnlessSaid() : endpoint)
            .toList();
    if (resolved.stream().map(EtcdEndpoint::isSecure).distinct().count() > 1) {
      throw settings.error("endpoints", "some say https and some do not");
    }
    if (wantsTls && !resolved.getFirst().isSecure()) {
      throw settings.error("endpoints", "say http, but the key tls is given");
    }
    return resolved;
  }

  private static Optional<Login> login(Settings settings) {
    Optional<String> username = settings.optionalString("username");
    Optional<Secret> password = settings.secret("password");
    if (username.isPresent() && password.isEmpty()) {
      throw settings.error("password", "is needed beside username");
    }
    if (password.isPresent() && username.isEmpty()) {
      throw settings.error("username", "is needed beside password");
    }
    if (username.filter(String::isBlank).isPresent()) {
      throw settings.error("username", "must not be empty");
    }
    return username.map(name -> new Login(name, password.orElseThrow()));
  }

  private static Optional<Tls> tls(Settings settings, boolean secure) {
    if (!secure) {
      return Optional.empty();
    }
    Settings tls = settings.section("tls");
    tls.allowOnly("ca", "certificate", "key", "server-name");
    Optional<Path> certificate = file(tls, "certificate");
    Optional<Path> key = file(tls, "key");
    if (certificate.isPresent() != key.isPresent()) {
      throw tls.error(
          certificate.isPresent() ? "key" : "certificate", "is needed, for the other one is given");
    }
    return Optional.of(
        new Tls(
            EtcdCertificates.read(
                tls,
                file(tls, "ca"),
                certificate.map(chain -> new EtcdCertificates.Identity(chain, key.orElseThrow()))),
            serverName(tls)));
  }

  private static Optional<String> serverName(Settings tls) {
    Optional<String> name = tls.optionalString("server-name");
    if (name.filter(said -> !EtcdEndpoint.isHost(said)).isPresent()) {
      throw tls.error("server-name", "'" + name.get() + "' is no name of a host");
    }
    return name;
  }

  private static Optional<Path> file(Settings settings, String key) {
    return settings
        .optionalString(key)
        .map(text -> {
          try {
            Path path = Path.of(text);
            if (Files.isReadable(path) && Files.isRegularFile(path)) {
              return path;
            }
          } catch (InvalidPathException wrong) {
            throw settings.error(key, "is no path: " + wrong.getMessage());
          }
          throw settings.error(key, "is no file that can be read: " + text);
        });
  }

  private static Optional<Compaction> compaction(Settings settings) {
    settings.allowOnly("age", "revisions");
    Optional<Duration> age =
        settings.has("age")
            ? Optional.of(positive(settings, "age", Duration.ZERO))
            : Optional.empty();
    Optional<Long> revisions =
        settings.has("revisions")
            ? Optional.of(settings.number("revisions", 1, 1, Long.MAX_VALUE))
            : Optional.empty();
    return age.isEmpty() && revisions.isEmpty()
        ? Optional.empty()
        : Optional.of(new Compaction(age, revisions));
  }

  private static Duration timeout(Settings settings, String key, Duration fallback) {
    Duration timeout = settings.duration(key, fallback);
    if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw settings.error(key, "must be at least 1ms and at most 1d");
    }
    return timeout;
  }

  private static Duration positive(Settings settings, String key, Duration fallback) {
    Duration duration = settings.duration(key, fallback);
    if (duration.isZero() || duration.isNegative()) {
      throw settings.error(key, "must be longer than nothing");
    }
    return duration;
  }

  private static long requestBytes(Settings settings) {
    long bytes = settings.bytes("max-request-bytes", 3L << 19);
    if (bytes < 1) {
      throw settings.error("max-request-bytes", "must be at least 1 B");
    }
    return bytes;
  }
}

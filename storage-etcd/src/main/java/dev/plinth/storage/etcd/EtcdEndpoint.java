package dev.plinth.storage.etcd;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a member of etcd is reached.
 *
 * @param host a name or an address; an IPv6 address without brackets
 * @param port its client port
 * @param scheme {@code http} or {@code https}, if it was said
 */
record EtcdEndpoint(String host, int port, Optional<String> scheme) {
  private static final int DEFAULT_PORT = 2379;

  /**
   * Reads {@code host:port} or a URL.
   *
   * @throws IllegalArgumentException if it is neither; the message quotes it
   */
  static EtcdEndpoint parse(String text) {
    String trimmed = text.trim();
    boolean url = trimmed.contains("://");
    URI uri;
    try {
      uri = URI.create(url ? trimmed : "etcd://" + trimmed);
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(problem(text), wrong);
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    boolean known = !url || scheme.equals("http") || scheme.equals("https");
    boolean bare =
        uri.getUserInfo() == null
            && uri.getQuery() == null
            && uri.getFragment() == null
            && (uri.getPath().isEmpty() || uri.getPath().equals("/"));
    if (!known || !bare || uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65_535) {
      throw new IllegalArgumentException(problem(text));
    }
    String host = uri.getHost();
    return new EtcdEndpoint(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
        url ? Optional.of(scheme) : Optional.empty());
  }

  private static String problem(String text) {
    return "'" + text + "' is neither host:port nor an http or https URL";
  }

  boolean isSecure() {
    return scheme.filter("https"::equals).isPresent();
  }

  EtcdEndpoint securedUnlessSaid() {
    return scheme.isPresent() ? this : new EtcdEndpoint(host, port, Optional.of("https"));
  }

  /** For people: host and port. */
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}

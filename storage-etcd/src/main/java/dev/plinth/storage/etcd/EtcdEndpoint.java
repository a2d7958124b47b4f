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
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    String host = uri.getHost();
    boolean known = !url || scheme.equals("http") || scheme.equals("https");
    boolean possible = host != null && uri.getPort() != 0 && uri.getPort() <= 65_535;
    if (!known || !possible || !isBare(uri)) {
      throw new IllegalArgumentException(problem(text));
    }
    return new EtcdEndpoint(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
        url ? Optional.of(scheme) : Optional.empty());
  }

  /** Says whether a text is a name or an address, without a port. */
  static boolean isHost(String text) {
    try {
      return parse(text).host().equals(text);
    } catch (IllegalArgumentException wrong) {
      return false;
    }
  }

  /** Says whether there is nothing but a scheme, a host and a port; false for what has no host. */
  private static boolean isBare(URI uri) {
    String path = uri.getPath();
    return uri.getUserInfo() == null
        && uri.getQuery() == null
        && uri.getFragment() == null
        && path != null
        && (path.isEmpty() || path.equals("/"));
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

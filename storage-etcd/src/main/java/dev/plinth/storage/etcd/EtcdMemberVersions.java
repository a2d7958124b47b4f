package dev.plinth.storage.etcd;

import dev.plinth.spi.StoreException;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Knows which members answer a question for progress only when all changes up to there have been
 * sent: those of 3.4.25, 3.5.8 and later.
 *
 * <p>Thread-safe.
 */
final class EtcdMemberVersions {
  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6}).*");

  private final EtcdConnection connection;
  private final Map<Long, Boolean> exact = new ConcurrentHashMap<>();
  private final AtomicBoolean asking = new AtomicBoolean();

  EtcdMemberVersions(EtcdConnection connection) {
    this.connection = connection;
  }

  /**
   * Says whether a member is known to answer exactly; if it is not known, finds out for the next
   * time.
   */
  boolean isExact(long member) {
    Boolean known = exact.get(member);
    if (known != null) {
      return known;
    }
    if (asking.compareAndSet(false, true)) {
      Thread unused = connection.runtime().start("plinth-etcd-version", this::ask);
    }
    return false;
  }

  private void ask() {
    try {
      StatusResponse status =
          connection.readLocally(
              MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance());
      exact.put(status.getHeader().getMemberId(), isExact(status.getVersion()));
    } catch (StoreException unknown) {
      // It stays unknown until somebody asks again.
    } finally {
      asking.set(false);
    }
  }

  static boolean isExact(String version) {
    Matcher parts = VERSION.matcher(version);
    if (!parts.matches()) {
      return false;
    }
    int major = Integer.parseInt(parts.group(1));
    int minor = Integer.parseInt(parts.group(2));
    int patch = Integer.parseInt(parts.group(3));
    if (major != 3) {
      return major > 3;
    }
    return switch (minor) {
      case 0, 1, 2, 3 -> false;
      case 4 -> patch >= 25;
      case 5 -> patch >= 8;
      default -> true;
    };
  }

  /** Forgets what is known: a member that comes back may be another version. */
  void forget() {
    exact.clear();
  }
}

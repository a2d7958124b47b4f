package dev.plinth.storage.etcd;

import com.google.protobuf.ByteString;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.StoreException;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleGetRequest;
import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.Permission;
import java.util.Optional;
import java.util.function.Function;

/**
 * A key to ask about when only the header of the answer is of interest.
 *
 * <p>Any key will do, unless this client's user may read some keys only: then one of those, which
 * every user may ask etcd for.
 *
 * <p>Thread-safe.
 */
final class EtcdProbe {
  private final EtcdConnection connection;
  private volatile ByteString key = ByteString.copyFrom(new byte[1]);

  EtcdProbe(EtcdConnection connection) {
    this.connection = connection;
  }

  /**
   * Makes a request about a key that may be read. Blocks.
   *
   * @param request what to ask about the key
   * @return its answer
   * @throws RequestRefusedException if the user may read no key at all, or is not known by name
   * @throws StoreException if the store failed
   */
  <T> T ask(Function<ByteString, T> request) {
    ByteString tried = key;
    try {
      return request.apply(tried);
    } catch (RequestRefusedException refused) {
      if (refused.reason() != Reason.PERMISSION_DENIED) {
        throw refused;
      }
      ByteString readable = readable().orElseThrow(() -> refused);
      key = readable;
      return request.apply(readable);
    }
  }

  private Optional<ByteString> readable() {
    if (connection.config().login().isEmpty()) {
      return Optional.empty();
    }
    String user = connection.config().login().get().username();
    AuthUserGetRequest ask = AuthUserGetRequest.newBuilder().setName(user).build();
    for (String role : connection.read(AuthGrpc.getUserGetMethod(), ask).getRolesList()) {
      AuthRoleGetRequest about = AuthRoleGetRequest.newBuilder().setRole(role).build();
      for (Permission granted : connection.read(AuthGrpc.getRoleGetMethod(), about).getPermList()) {
        if (granted.getPermType() != Permission.Type.WRITE) {
          return Optional.of(granted.getKey());
        }
      }
    }
    return Optional.empty();
  }
}

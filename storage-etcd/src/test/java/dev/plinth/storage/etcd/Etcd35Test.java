package dev.plinth.storage.etcd;

import dev.plinth.storage.etcd.testing.EtcdContract;
import dev.plinth.storage.etcd.testing.SharedServers;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract, on one server of etcd 3.5. */
final class Etcd35Test implements EtcdContract {
  @RegisterExtension static final SharedServers SERVERS = SharedServers.of("3.5", 1).inLongRuns();

  @Override
  public SharedServers shared() {
    return SERVERS;
  }
}

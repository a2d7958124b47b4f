package dev.plinth.storage.etcd;

import dev.plinth.storage.etcd.testing.EtcdContract;
import dev.plinth.storage.etcd.testing.SharedServers;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract, on one server of etcd 3.4. */
final class Etcd34Test implements EtcdContract {
  @RegisterExtension static final SharedServers SERVERS = SharedServers.of("3.4", 1).inLongRuns();

  @Override
  public SharedServers shared() {
    return SERVERS;
  }
}

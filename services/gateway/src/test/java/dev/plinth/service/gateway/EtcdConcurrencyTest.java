package dev.plinth.service.gateway;

import dev.plinth.storage.etcd.testing.EtcdServers;
import io.etcd.jetcd.Client;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Checks what is expected of locks and elections on the server that the gateway stands in for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EtcdConcurrencyTest implements ConcurrencyContract {
  private EtcdServers servers;
  private Client client;

  @BeforeAll
  void start() {
    servers = EtcdServers.start("3.5", 1);
    client = Client.builder().endpoints("http://" + servers.endpoints().getFirst()).build();
  }

  @AfterAll
  void stop() {
    client.close();
    servers.close();
  }

  @Override
  public Client client() {
    return client;
  }
}

package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.storage.etcd.Callers.Caller;
import dev.plinth.storage.etcd.ScriptedServer.Asked;
import dev.plinth.tck.Verifies;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members that do not know a token: it has expired, they restarted, or they lag behind. */
final class EtcdLoginTest {
  private static final Duration TTL = Duration.ofSeconds(5);
  private static final Status UNKNOWN_TOKEN =
      Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token");

  private StoreRuntime runtime;
  private ScriptedServer server;
  private EtcdConnection connection;
  private EtcdLeases leases;

  @BeforeEach
  void open() throws Exception {
    server = new ScriptedServer();
    runtime = StoreRuntime.system();
    connection =
        server.connect(
            Duration.ofSeconds(10), runtime, Map.of("username", "somebody", "password", "secret"));
    leases = new EtcdLeases(connection);
  }

  @AfterEach
  void close() {
    leases.close();
    connection.close();
    runtime.close();
    server.close();
  }

  @Test
  @Verifies("G38")
  void aMemberThatLearnsOfATokenLateIsAskedAgain() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.grant(LeaseId.of(7), TTL));
    for (int i = 0; i < 4; i++) {
      server.next().refuse(UNKNOWN_TOKEN);
    }
    Asked asked = server.next();
    asked.answer(
        LeaseGrantResponse.newBuilder()
            .setHeader(server.header())
            .setID(asked.as(LeaseGrantRequest.class).getID())
            .setTTL(5)
            .build());
    assertThat(caller.returned().granted()).isEqualTo(TTL);
  }

  @Test
  @Verifies({"G37", "G38"})
  void credentialsThatWereAcceptedAreNotCalledWrong() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.grant(LeaseId.of(7), TTL));
    Thread refusing =
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (!caller.result().isDone()) {
                  server.next().refuse(UNKNOWN_TOKEN);
                }
              } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
              }
            });
    assertThat(caller.thrown())
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("logged in");
    refusing.interrupt();
  }
}

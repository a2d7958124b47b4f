package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.storage.etcd.Callers.Caller;
import dev.plinth.storage.etcd.ScriptedServer.Asked;
import dev.plinth.tck.Verifies;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class EtcdLeasesTest {
  private static final Duration TTL = Duration.ofSeconds(5);
  private static final Status EXISTS =
      Status.FAILED_PRECONDITION.withDescription("etcdserver: lease already exists");
  private static final Status CUT = Status.UNAVAILABLE.withDescription("connection reset");

  private StoreRuntime runtime;
  private ScriptedServer server;
  private EtcdConnection connection;
  private EtcdLeases leases;

  @BeforeEach
  void open() throws Exception {
    server = new ScriptedServer();
    runtime = StoreRuntime.system();
    connection = server.connect(Duration.ofSeconds(10), runtime);
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
  @Verifies({"G21", "G39"})
  void aGrantWithoutAnAnswerIsRepeatedUnderTheSameName() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.grant(TTL));
    Asked first = server.next();
    first.refuse(CUT);
    Asked second = server.next();
    assertThat(second.as(LeaseGrantRequest.class)).isEqualTo(first.request());
    second.refuse(EXISTS);
    long id = second.as(LeaseGrantRequest.class).getID();
    Asked question = server.next();
    assertThat(question.as(LeaseTimeToLiveRequest.class).getID()).isEqualTo(id);
    question.answer(
        LeaseTimeToLiveResponse.newBuilder()
            .setHeader(server.header())
            .setID(id)
            .setGrantedTTL(7)
            .setTTL(6)
            .build());

    LeaseInfo granted = caller.returned();
    assertThat(granted.id()).isEqualTo(LeaseId.of(id));
    assertThat(granted.granted()).isEqualTo(Duration.ofSeconds(7));
    assertThat(granted.remaining()).isEqualTo(Duration.ofSeconds(6));
    assertThat(id).isPositive();
  }

  @Test
  @Verifies({"G38", "G39"})
  void aGrantUnderTheCallersNameIsNeverRepeated() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.grant(LeaseId.of(77), TTL));
    server.next().refuse(CUT);
    assertThat(caller.thrown()).isInstanceOf(OutcomeUnknownException.class);
    assertThat(server.isQuiet()).isTrue();
  }

  @Test
  @Verifies("G21")
  void aNameThatSomebodyElseHasIsNotTaken() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.grant(TTL));
    Asked first = server.next();
    first.refuse(EXISTS);
    Asked second = server.next();
    assertThat(second.as(LeaseGrantRequest.class).getID())
        .isNotEqualTo(first.as(LeaseGrantRequest.class).getID());
    grant(second, 5);
    assertThat(caller.returned().id().value())
        .isEqualTo(second.as(LeaseGrantRequest.class).getID());
  }

  @Test
  @Verifies("G17")
  void theServerMayGrantMore() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.grant(Duration.ofMillis(1_200)));
    Asked asked = server.next();
    assertThat(asked.as(LeaseGrantRequest.class).getTTL()).isEqualTo(2);
    grant(asked, 60);
    assertThat(caller.returned().granted()).isEqualTo(Duration.ofMinutes(1));
  }

  private void grant(Asked asked, long seconds) {
    asked.answer(
        LeaseGrantResponse.newBuilder()
            .setHeader(server.header())
            .setID(asked.as(LeaseGrantRequest.class).getID())
            .setTTL(seconds)
            .build());
  }

  @Test
  @Verifies("G17")
  void renewalsShareAStreamAndEachGetsItsOwnAnswer() throws Exception {
    Caller<LeaseInfo> one = Callers.start(() -> leases.renew(LeaseId.of(1)));
    Asked first = server.next();
    Caller<LeaseInfo> two = Callers.start(() -> leases.renew(LeaseId.of(2)));
    Asked second = server.next();
    assertThat(second.observer()).isSameAs(first.observer());
    renewed(second, 20);
    assertThat(two.returned().granted()).isEqualTo(Duration.ofSeconds(20));
    assertThat(one.result()).isNotDone();
    renewed(first, 10);
    assertThat(one.returned())
        .isEqualTo(
            new LeaseInfo(
                LeaseId.of(1), Duration.ofSeconds(10), Duration.ofSeconds(10), List.of()));
  }

  @Test
  @Verifies("G20")
  void anAnswerWithoutTimeToLiveMeansThatTheLeaseIsLost() throws Exception {
    Caller<LeaseInfo> lost = Callers.start(() -> leases.renew(LeaseId.of(9)));
    renewed(server.next(), 0);
    assertThat(lost.thrown())
        .isInstanceOfSatisfying(
            LeaseLostException.class, e -> assertThat(e.lease()).isEqualTo(LeaseId.of(9)));
  }

  @Test
  @Verifies("G17")
  void whatAStreamLeftUnansweredIsSentAgainOnTheNext() throws Exception {
    Caller<LeaseInfo> one = Callers.start(() -> leases.renew(LeaseId.of(1)));
    Asked first = server.next();
    Caller<LeaseInfo> two = Callers.start(() -> leases.renew(LeaseId.of(2)));
    Asked ignored = server.next();
    first.end();
    Asked again = server.next();
    assertThat(again.observer()).isNotSameAs(ignored.observer());
    renewed(again, 5);
    Asked other = server.next();
    assertThat(other.observer()).isSameAs(again.observer());
    assertThat(other.request()).isNotEqualTo(again.request());
    other.refuse(CUT);
    renewed(server.next(), 5);
    assertThat(one.returned().granted()).isEqualTo(TTL);
    assertThat(two.returned().granted()).isEqualTo(TTL);
  }

  @Test
  @Verifies({"G17", "G37"})
  void aStreamThatStaysSilentIsReplaced() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.renew(LeaseId.of(1)));
    Asked unanswered = server.next();
    Asked again = server.next();
    assertThat(again.observer()).isNotSameAs(unanswered.observer());
    assertThat(again.request()).isEqualTo(unanswered.request());
    renewed(again, 5);
    assertThat(caller.returned().granted()).isEqualTo(TTL);
  }

  @Test
  @Verifies({"G37", "G38"})
  void aRenewalThatNobodyAnswersEndsWithAnUnknownOutcome() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.renew(LeaseId.of(1)));
    assertThat(caller.thrown())
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("renew lease 1");
  }

  /** A stream to where nobody listens may end as it begins. */
  @Test
  @Verifies({"G37", "G38"})
  void aRenewalWhereNobodyListensAnyMoreEndsInTime() throws Exception {
    Caller<LeaseInfo> before = Callers.start(() -> leases.renew(LeaseId.of(1)));
    renewed(server.next(), 5);
    assertThat(before.returned().granted()).isEqualTo(TTL);
    server.close();
    Caller<LeaseInfo> after = Callers.start(() -> leases.renew(LeaseId.of(1)));
    assertThat(after.thrown())
        .isInstanceOfAny(StoreUnavailableException.class, OutcomeUnknownException.class);
    // By now the connection is known to be broken, and no request is sent any more.
    Caller<LeaseInfo> next = Callers.start(() -> leases.renew(LeaseId.of(1)));
    assertThat(next.thrown()).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  @Verifies("G38")
  void anInterruptedRenewalKeepsTheFlag() throws Exception {
    Caller<Boolean> caller =
        Callers.start(() -> {
          try {
            throw new AssertionError(leases.renew(LeaseId.of(1)));
          } catch (OutcomeUnknownException interrupted) {
            return Thread.currentThread().isInterrupted();
          }
        });
    Asked late = server.next();
    caller.thread().interrupt();
    assertThat(caller.returned()).isTrue();

    // Its answer is not taken for that of the next.
    Caller<LeaseInfo> next = Callers.start(() -> leases.renew(LeaseId.of(1)));
    Asked asked = server.next();
    renewed(late, 30);
    renewed(asked, 40);
    assertThat(next.returned().granted()).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  @Verifies("G17")
  void aRenewalByAnOldLeaderIsRepeated() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.renew(LeaseId.of(1)));
    Asked asked = server.next();
    ResponseHeader old = server.header();
    server.elect();
    renewed(asked, old, 30);
    Asked again = server.next();
    assertThat(again.request()).isEqualTo(asked.request());
    renewed(again, 40);
    assertThat(caller.returned().granted()).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  @Verifies("G17")
  void anElectionDuringARenewalMakesItRepeated() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.renew(LeaseId.of(1)));
    Asked asked = server.next();
    server.elect();
    // The member that passed it on knows of the new leader by now, the answer is of the old one.
    renewed(asked, 30);
    renewed(server.next(), 40);
    assertThat(caller.returned().granted()).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  @Verifies("G20")
  void anOldLeaderDoesNotEndALease() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.renew(LeaseId.of(1)));
    Asked asked = server.next();
    ResponseHeader old = server.header();
    server.elect();
    renewed(asked, old, 0);
    renewed(server.next(), 40);
    assertThat(caller.returned().granted()).isEqualTo(Duration.ofSeconds(40));
  }

  private void renewed(Asked asked, long seconds) {
    renewed(asked, server.header(), seconds);
  }

  private static void renewed(Asked asked, ResponseHeader header, long seconds) {
    asked.answer(
        LeaseKeepAliveResponse.newBuilder()
            .setHeader(header)
            .setID(asked.as(LeaseKeepAliveRequest.class).getID())
            .setTTL(seconds)
            .build());
  }

  @Test
  @Verifies("G42")
  void closingEndsARenewalThatWaits() throws Exception {
    Caller<LeaseInfo> caller = Callers.start(() -> leases.renew(LeaseId.of(1)));
    Asked unused = server.next();
    leases.close();
    assertThat(caller.thrown()).isInstanceOf(HandleClosedException.class);
    Caller<LeaseInfo> later = Callers.start(() -> leases.renew(LeaseId.of(1)));
    assertThat(later.thrown()).isInstanceOf(HandleClosedException.class);
    assertThat(server.isQuiet()).isTrue();
  }
}

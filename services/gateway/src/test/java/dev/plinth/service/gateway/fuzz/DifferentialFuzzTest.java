package dev.plinth.service.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.service.gateway.GatewayFixture;
import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServers;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random commands to a real etcd and to the gateway on the memory store.
 *
 * <p>A short run asks the same each time, so that its result is about what was changed; one with
 * {@code -Dplinth.all=true} or {@code -Dplinth.gateway.fuzz=200000}, which says how many, begins
 * with a random seed. {@code -Dplinth.seed=7} begins with that one. A difference is shrunk; what is
 * printed goes as a file to {@code src/test/resources/scripts}.
 */
final class DifferentialFuzzTest {
  private static final Logger LOG = LoggerFactory.getLogger(DifferentialFuzzTest.class);
  private static final int SCRIPT = 250;

  /**
   * How many scripts there are for one that watches: etcd takes a tenth of a second for what a
   * watch has missed. Before 3.5 it does not say when a watch is up to date.
   */
  private static final int WATCHING = 8;

  /** Differences after which nobody needs more to begin with. */
  private static final int ENOUGH = 5;

  private static final int FEW = 5000;
  private static final int COMMANDS =
      Integer.getInteger("plinth.gateway.fuzz", Boolean.getBoolean("plinth.all") ? 2 * FEW : FEW);
  private static final long SEED =
      Long.getLong("plinth.seed", COMMANDS > FEW ? System.nanoTime() : 1);
  private static final Path SCRIPTS = Path.of("src", "test", "resources", "scripts");

  static Stream<EtcdInstallation> installations() {
    return EtcdInstallation.all().stream();
  }

  /** Both sides, from an etcd without anything to wait for on disk where it can do so. */
  private record Pair(EtcdServers servers, ManagedChannel channel, GatewayFixture gateway)
      implements AutoCloseable {
    static Pair start(EtcdInstallation installation) {
      return start(installation, GatewayFixture.inMemory());
    }

    static Pair start(EtcdInstallation installation, GatewayFixture gateway) {
      EtcdServers servers = servers(installation);
      return new Pair(
          servers,
          NettyChannelBuilder.forTarget(servers.endpoints().getFirst().replaceFirst("^http://", ""))
              .usePlaintext()
              .build(),
          gateway);
    }

    static EtcdServers servers(EtcdInstallation installation) {
      EtcdOptions options = EtcdOptions.of(installation, 1);
      return EtcdServers.start(
          installation.isAtLeast("3.5.0") ? options.with("--unsafe-no-fsync") : options);
    }

    Comparison comparison() {
      return new Comparison(new Side(channel), new Side(gateway.channel()), new KnownDifferences());
    }

    /** Etcd ends when it finds itself in a state that it thinks cannot be. */
    Optional<Difference> survives(Comparison comparison, List<Command> script) {
      try {
        return comparison.run(script).map(comparison::shrink);
      } catch (AssertionError gone) {
        String log = servers.members().getFirst().logged();
        throw new AssertionError(
            "a server is gone, " + gone.getMessage() + "; etcd logged:\n" + log, gone);
      }
    }

    @Override
    public void close() {
      channel.shutdownNow();
      gateway.close();
      servers.close();
    }
  }

  @ParameterizedTest
  @MethodSource("installations")
  void everyAnswerIsTheSame(EtcdInstallation installation) {
    boolean newest = installation.equals(EtcdInstallation.newest());
    try (Pair pair = Pair.start(installation)) {
      assertSame(pair, newest ? COMMANDS : COMMANDS / 5, newest);
    }
  }

  /** What goes through to a server is not changed on the way. */
  @Test
  void inFrontOfAnEtcdEveryAnswerIsTheSame() {
    EtcdInstallation newest = EtcdInstallation.newest();
    try (EtcdServers behind = Pair.servers(newest);
        Pair pair =
            Pair.start(
                newest,
                GatewayFixture.on(
                    EtcdClient.open(
                        behind.endpoints(),
                        Map.of("group-commit", false, "request-timeout", "15s"),
                        () -> {})))) {
      assertSame(pair, COMMANDS / 5, false);
    }
  }

  private static void assertSame(Pair pair, int commands, boolean watching) {
    LOG.atInfo().addKeyValue("seed", SEED).log("Random commands, repeat with -Dplinth.seed");
    Comparison comparison = pair.comparison();
    List<Difference> found = new ArrayList<>();
    for (long seed = SEED; comparison.asked() < commands && found.size() < ENOUGH; seed++) {
      pair.survives(
              comparison, new RandomCommands(seed, watching && seed % WATCHING == 0).next(SCRIPT))
          .ifPresent(found::add);
    }
    assertThat(found)
        .as(
            "etcd %s, repeat with -Dplinth.seed=%d",
            pair.servers().options().installation().version(), SEED)
        .isEmpty();
  }

  /** What was found once stays repaired. */
  @Test
  void scriptsThatDifferedOnceDifferNoMore() throws IOException {
    try (Pair pair = Pair.start(EtcdInstallation.newest());
        Stream<Path> files = Files.list(SCRIPTS)) {
      Comparison comparison = pair.comparison();
      files
          .sorted()
          .forEach(file -> assertThat(comparison.run(read(file))).as("script %s", file).isEmpty());
    }
  }

  private static List<Command> read(Path file) {
    try {
      return Command.parse(Files.readString(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}

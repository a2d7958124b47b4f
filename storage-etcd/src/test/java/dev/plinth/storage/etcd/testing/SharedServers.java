package dev.plinth.storage.etcd.testing;

import dev.plinth.spi.StoreRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Servers that all tests of a class share, started before the first and killed after the last;
 * registered in a static field.
 *
 * <p>If the wanted version is not here but another one is, the class is disabled, and a table that
 * says so takes the place of the table of cases. If there is none at all, the class fails.
 *
 * <p>Thread-safe while the class runs.
 */
public final class SharedServers
    implements ExecutionCondition, BeforeAllCallback, AfterAllCallback {
  private final String line;
  private final int members;
  private final boolean always;
  private final Optional<EtcdInstallation> installation;
  private final StoreRuntime runtime = StoreRuntime.system();
  private volatile @Nullable EtcdServers running;

  private SharedServers(
      String line, int members, boolean always, Optional<EtcdInstallation> installation) {
    this.line = line;
    this.members = members;
    this.always = always;
    this.installation = installation;
  }

  /**
   * Returns servers of a line of releases.
   *
   * @param line "3.5"
   * @param members how many
   * @return an extension
   */
  public static SharedServers of(String line, int members) {
    return new SharedServers(line, members, true, EtcdInstallation.find(line));
  }

  /**
   * Returns servers of the newest version that is here.
   *
   * @param members how many
   * @return an extension, which fails if there is no version
   */
  public static SharedServers newest(int members) {
    Optional<EtcdInstallation> newest = EtcdInstallation.all().stream().findFirst();
    String line = newest.map(EtcdInstallation::line).orElse("of any version");
    return new SharedServers(line, members, true, newest);
  }

  /**
   * Leaves the class to runs of the longer matrix, those with {@code -Dplinth.all=true}.
   *
   * @return another extension
   */
  public SharedServers inLongRuns() {
    return new SharedServers(line, members, false, installation);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (!always && !Boolean.getBoolean("plinth.all")) {
      return ConditionEvaluationResult.disabled("only in runs with -Dplinth.all=true");
    }
    if (installation.isEmpty() && !EtcdInstallation.all().isEmpty()) {
      writeTable(EtcdInstallation.advice("etcd " + line));
      return ConditionEvaluationResult.disabled(EtcdInstallation.advice("etcd " + line));
    }
    return ConditionEvaluationResult.enabled("etcd " + line);
  }

  private void writeTable(String why) {
    Path folder = Path.of(System.getProperty("basedir", "."), "target");
    try {
      Files.createDirectories(folder);
      Files.write(
          folder.resolve("tck-" + name() + ".txt"),
          List.of("Contract cases on the store '" + name() + "'", "", "NOT RUN: " + why));
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    running = startMore();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    EtcdServers servers = running;
    running = null;
    if (servers != null) {
      servers.close();
    }
    runtime.close();
  }

  /**
   * Returns the running servers.
   *
   * @return closed by this extension
   */
  public EtcdServers servers() {
    EtcdServers servers = running;
    if (servers == null) {
      throw new IllegalStateException("the servers run only while the tests of the class do");
    }
    return servers;
  }

  /**
   * Returns the version of the servers.
   *
   * @return its programs
   * @throws IllegalStateException if it is not here; says what to install
   */
  public EtcdInstallation installation() {
    return installation.orElseThrow(
        () -> new IllegalStateException(EtcdInstallation.advice("etcd " + line)));
  }

  /**
   * Starts servers like these for one test.
   *
   * @return empty, closed by the caller
   */
  public EtcdServers startMore() {
    return EtcdServers.start(EtcdOptions.of(installation(), members));
  }

  /** How clients of some servers are opened, with a runtime that lives as long as the class. */
  EtcdClient.Opening opening(EtcdServers servers, Map<String, Object> settings) {
    return new EtcdClient.Opening(runtime, servers.endpoints(), settings);
  }

  /** What tables call them: "etcd-3.5-1". */
  String name() {
    return "etcd-" + line + "-" + members;
  }

  /** The same in words: "etcd 3.5.16, one member". */
  String description() {
    return "etcd "
        + installation().version()
        + (members == 1 ? ", one member" : ", " + members + " members");
  }
}

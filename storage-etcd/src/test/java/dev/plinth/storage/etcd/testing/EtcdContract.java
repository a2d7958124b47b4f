package dev.plinth.storage.etcd.testing;

import dev.plinth.spi.Store;
import dev.plinth.tck.Cluster;
import dev.plinth.tck.EveryContract;
import dev.plinth.tck.KnownDefect;
import dev.plinth.tck.Link;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The contract on real servers, in real time: what differs between classes is which servers. */
@Execution(ExecutionMode.CONCURRENT)
public interface EtcdContract extends EveryContract {
  /**
   * Returns the servers that the tests of the class share.
   *
   * @return a registered extension
   */
  SharedServers shared();

  /**
   * Returns what stores are opened with.
   *
   * @return keys of the section {@code store.etcd}
   */
  default Map<String, Object> settings() {
    return Map.of("request-timeout", requestTimeout().toMillis() + "ms");
  }

  /**
   * Returns what stores are opened with whose servers nothing is done to: how long these take is up
   * to a machine that may have other things to do.
   *
   * @return keys of the section {@code store.etcd}
   */
  default Map<String, Object> patientSettings() {
    return Map.of("request-timeout", "15s");
  }

  @Override
  default String providerName() {
    return "etcd";
  }

  @Override
  default String storeName() {
    return shared().name();
  }

  @Override
  default Optional<String> servers() {
    return Optional.of(shared().description());
  }

  @Override
  default Store open() {
    return shared().opening(shared().servers(), patientSettings()).open(() -> {});
  }

  @Override
  default Store openEmpty() {
    EtcdServers servers = shared().startMore();
    return shared().opening(servers, patientSettings()).open(servers::close);
  }

  @Override
  default Optional<Store> openAnother(Store store) {
    return Optional.of(((EtcdClient) store).another());
  }

  @Override
  default Optional<Cluster> startCluster() {
    return Optional.of(
        new EtcdCluster(shared().startMore(), servers -> shared().opening(servers, settings())));
  }

  @Override
  default Optional<Link> openLink() {
    return Optional.of(
        new EtcdLink(shared().servers(), shared().opening(shared().servers(), settings())));
  }

  @Override
  default Set<KnownDefect> knownDefects() {
    EtcdInstallation installation = shared().installation();
    boolean repaired =
        installation.line().equals("3.4")
            ? installation.isAtLeast("3.4.25")
            : installation.isAtLeast("3.5.8");
    return repaired
        ? Set.of()
        : Set.of(KnownDefect.PROGRESS_AHEAD_OF_CHANGES, KnownDefect.DELETE_AT_COMPACTION_LOST);
  }
}

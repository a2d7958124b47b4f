package dev.plinth.service.ztap.cluster;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import dev.plinth.chassis.error.UnavailableException;
import dev.plinth.chassis.health.Health;
import dev.plinth.chassis.health.HealthCheck;
import dev.plinth.chassis.http.Routes;
import dev.plinth.spi.Store;
import dev.plinth.spi.election.ElectionName;
import io.micrometer.core.instrument.MeterRegistry;

/** Binds the cluster's routes, and builds nodes. */
public final class ClusterModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(LocalNode.class).in(Singleton.class);
    bind(ClusterRoutes.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Routes.class).addBinding().to(ClusterRoutes.class);
  }

  @ProvidesIntoSet
  static HealthCheck membership(LocalNode node) {
    return new MembershipHealth(node);
  }

  /** A node that is no member does not do its work. Thread-safe. */
  private record MembershipHealth(LocalNode node) implements HealthCheck {
    @Override
    public String name() {
      return "membership";
    }

    @Override
    public Health check() {
      try {
        Membership membership = node.cluster().membership();
        return membership.phase() == Membership.Phase.MEMBER
            ? Health.good()
            : Health.bad(membership.phase().word() + ": " + membership.reason());
      } catch (UnavailableException starting) {
        return Health.bad("the node is starting");
      }
    }
  }

  /**
   * Returns a node that has not started.
   *
   * @param store where the cluster meets; outlives the node
   * @param identity who the node is
   * @param timing its times
   * @param prefix below which the cluster's keys are
   * @param electionKey the key of the leader
   * @param registry where its metrics go
   * @return the node
   */
  public static ClusterNode node(
      Store store,
      NodeIdentity identity,
      ClusterTiming timing,
      String prefix,
      String electionKey,
      MeterRegistry registry) {
    ClusterCodec codec = new ClusterCodec();
    String incarnation = Long.toHexString(store.runtime().random().nextLong());
    ClusterRepository repository = new ClusterRepository(store, prefix, electionKey, codec);
    ClusterView view = new ClusterView(identity.id(), timing, store.runtime());
    ClusterMetrics metrics = new ClusterMetrics(registry);
    metrics.nodes(view);
    ElectionName election = ElectionName.of(electionKey);
    ElectionLoop candidate =
        new ElectionLoop(store, election, repository, codec, view, metrics, identity, incarnation);
    MembershipLoop membership =
        new MembershipLoop(store, repository, candidate, view, identity, timing, incarnation);
    ObserverLoop observer =
        new ObserverLoop(store, election, repository, codec, view, membership::dismissed);
    Cluster cluster =
        new Cluster(
            identity,
            incarnation,
            timing,
            repository,
            view,
            membership,
            candidate,
            store.runtime());
    return new ClusterNode(identity, timing, cluster, membership, observer);
  }
}

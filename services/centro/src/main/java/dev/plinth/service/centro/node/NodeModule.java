package dev.plinth.service.centro.node;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.http.Routes;

/** Binds the node feature. */
public final class NodeModule extends AbstractModule {
  private final String root;
  private final NodeTiming timing;

  /**
   * A module with its values.
   *
   * @param root what all keys are below
   * @param timing how long nodes live
   */
  public NodeModule(String root, NodeTiming timing) {
    this.root = requireNonNull(root, "root");
    this.timing = requireNonNull(timing, "timing");
  }

  @Override
  protected void configure() {
    bind(NodeKeys.class).toInstance(new NodeKeys(root));
    bind(NodeTiming.class).toInstance(timing);
    bind(NodeCodec.class).in(Singleton.class);
    bind(NodeRepository.class).in(Singleton.class);
    bind(Nodes.class).in(Singleton.class);
    bind(NodeRoutes.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Routes.class).addBinding().to(NodeRoutes.class);
  }
}

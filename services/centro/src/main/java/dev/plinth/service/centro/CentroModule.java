package dev.plinth.service.centro;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.grpc.GrpcConfig;
import dev.plinth.chassis.grpc.GrpcModule;
import dev.plinth.chassis.http.HttpConfig;
import dev.plinth.chassis.http.HttpModule;
import dev.plinth.service.centro.dispatch.DispatchModule;
import dev.plinth.service.centro.dispatch.DispatchTiming;
import dev.plinth.service.centro.document.DocumentModule;
import dev.plinth.service.centro.job.DemoJobs;
import dev.plinth.service.centro.job.JobModule;
import dev.plinth.service.centro.node.NodeModule;
import dev.plinth.service.centro.node.NodeTiming;
import java.time.Duration;

/** Binds the whole service. */
final class CentroModule extends AbstractModule {
  private static final String ROOT = "/centro";
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final ServiceContext context;
  private final CentroConfig config;

  CentroModule(ServiceContext context, CentroConfig config) {
    this.context = requireNonNull(context, "context");
    this.config = requireNonNull(config, "config");
  }

  @Override
  protected void configure() {
    install(new DocumentModule());
    install(new JobModule(ROOT, new DemoJobs.Wish(config.demoJobs())));
    install(new NodeModule(ROOT, new NodeTiming(config.nodeTtl(), config.reportInterval())));
    install(
        new DispatchModule(
            new DispatchTiming(
                config.reservation(),
                config.nodeTtl(),
                config.nodeGrace(),
                config.electionTtl(),
                LOOK)));
    install(new HttpModule(HttpConfig.of(context, config.httpPort())));
    install(new GrpcModule(GrpcConfig.of(context, config.grpcPort())));
  }
}

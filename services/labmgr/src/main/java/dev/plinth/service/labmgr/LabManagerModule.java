package dev.plinth.service.labmgr;

import com.google.inject.AbstractModule;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.http.HttpConfig;
import dev.plinth.chassis.http.HttpModule;
import dev.plinth.service.labmgr.api.ApiModule;
import dev.plinth.service.labmgr.control.ControlModule;
import dev.plinth.service.labmgr.control.ControllerTerms;
import dev.plinth.service.labmgr.provider.ProviderModule;
import dev.plinth.service.labmgr.resource.ResourceModule;
import dev.plinth.service.labmgr.resource.WatchTiming;
import dev.plinth.service.labmgr.worker.SecretReferences;
import dev.plinth.service.labmgr.worker.WorkerModule;
import dev.plinth.spi.KeySpace;
import java.util.Optional;
import java.util.function.Function;

/** Binds the lab manager. */
final class LabManagerModule extends AbstractModule {
  private final ServiceContext context;
  private final LabManagerConfig config;
  private final Function<String, Optional<String>> environment;

  LabManagerModule(
      ServiceContext context,
      LabManagerConfig config,
      Function<String, Optional<String>> environment) {
    this.context = context;
    this.config = config;
    this.environment = environment;
  }

  @Override
  protected void configure() {
    KeySpace root = KeySpace.of(config.keyPrefix());
    install(new HttpModule(HttpConfig.of(context, config.httpPort())));
    install(new ApiModule());
    install(new ResourceModule(root, new WatchTiming(config.bookmarkInterval())));
    install(new ProviderModule(root, config.simulation()));
    install(
        new ControlModule(
            new ControllerTerms(
                root,
                config.leaderTtl(),
                config.workers(),
                config.firstRetry(),
                config.longestRetry())));
    install(
        new WorkerModule(
            config.timing(),
            new SecretReferences(config.secretEnvironment(), config.secretFiles(), environment)));
  }
}

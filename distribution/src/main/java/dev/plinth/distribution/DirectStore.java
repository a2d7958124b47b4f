package dev.plinth.distribution;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import dev.plinth.chassis.admin.AdminConfig;
import dev.plinth.chassis.admin.AdminModule;
import dev.plinth.chassis.admin.AdminToken;
import dev.plinth.chassis.http.HttpServer;
import dev.plinth.chassis.http.HttpThreads;
import dev.plinth.chassis.lifecycle.Lifecycle;
import dev.plinth.chassis.lifecycle.LifecycleModule;
import dev.plinth.chassis.lifecycle.LifecycleTiming;
import dev.plinth.chassis.metrics.PrometheusMetrics;
import dev.plinth.chassis.platform.PlatformModule;
import dev.plinth.distribution.wiring.LauncherConfig;
import dev.plinth.distribution.wiring.Platform;
import dev.plinth.distribution.wiring.StoreOpening;
import dev.plinth.spi.Capability;
import dev.plinth.spi.SettingsException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A store that a command opened for itself, behind the admin API that the launcher also has, so
 * that commands mean the same with and without a launcher. One thread at a time.
 */
final class DirectStore implements Platform.Direct {
  private final Deque<Runnable> closing = new ArrayDeque<>();
  private final URI uri;
  private final String authorization;

  private DirectStore(LauncherConfig config) throws IOException {
    StoreRuntime runtime = StoreRuntime.system();
    closing.push(runtime::close);
    try {
      Store store = StoreOpening.reached(config.backend(), config.storeSettings(), runtime);
      closing.push(store::close);
      if (!store.capabilities().contains(Capability.SHARED)) {
        throw new SettingsException(
            "store.backend",
            "the store "
                + config.backend().name()
                + " lives in the launcher alone, so that --direct has nothing to open");
      }
      PrometheusMetrics metrics = PrometheusMetrics.start();
      closing.push(metrics::close);
      HttpThreads threads = HttpThreads.start();
      closing.push(threads::close);
      Path folder = Files.createTempDirectory("plinth-direct-");
      closing.push(() -> delete(folder));
      AdminConfig admin = new AdminConfig(0, folder.resolve("token"));
      Injector injector =
          Guice.createInjector(Stage.PRODUCTION, new PlatformModule(store, metrics, threads))
              .createChildInjector(
                  new LifecycleModule(LifecycleTiming.withGrace(config.drainGrace())),
                  new AdminModule(admin));
      Lifecycle lifecycle = injector.getInstance(Lifecycle.class);
      closing.push(lifecycle::stop);
      lifecycle.start();
      this.uri = injector.getInstance(HttpServer.class).uri();
      this.authorization = AdminToken.read(admin.tokenFile()).authorization();
    } catch (IOException | RuntimeException failed) {
      close();
      throw failed;
    }
  }

  static DirectStore open(LauncherConfig config) {
    try {
      return new DirectStore(config);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  private static void delete(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException left) {
      throw new UncheckedIOException(left);
    }
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public String authorization() {
    return authorization;
  }

  @Override
  public void close() {
    while (!closing.isEmpty()) {
      closing.pop().run();
    }
  }
}

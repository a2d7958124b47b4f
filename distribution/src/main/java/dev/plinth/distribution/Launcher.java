package dev.plinth.distribution;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Stage;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.admin.AdminConfig;
import dev.plinth.chassis.admin.AdminModule;
import dev.plinth.chassis.admin.AdminToken;
import dev.plinth.chassis.grpc.GrpcServer;
import dev.plinth.chassis.http.HttpServer;
import dev.plinth.chassis.http.HttpThreads;
import dev.plinth.chassis.lifecycle.Lifecycle;
import dev.plinth.chassis.lifecycle.LifecycleModule;
import dev.plinth.chassis.lifecycle.LifecycleTiming;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.chassis.metrics.MeasuredStore;
import dev.plinth.chassis.metrics.PrometheusMetrics;
import dev.plinth.chassis.platform.PlatformModule;
import dev.plinth.distribution.cli.CommandLineInterface;
import dev.plinth.distribution.cli.Console;
import dev.plinth.distribution.wiring.Demonstrations;
import dev.plinth.distribution.wiring.LauncherConfig;
import dev.plinth.distribution.wiring.Logging;
import dev.plinth.distribution.wiring.Platform;
import dev.plinth.distribution.wiring.ServicesModule;
import dev.plinth.distribution.wiring.StoreOpening;
import dev.plinth.service.ztap.ZtapModule;
import dev.plinth.spi.Capability;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * The program. Composes one store and the chosen services, each in an injector of its own below one
 * that holds what they share.
 */
public final class Launcher implements Platform, Demonstrations {
  private Launcher() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String... args) {
    Launcher launcher = new Launcher();
    return CommandLineInterface.run(launcher, launcher, Console.standard(), args);
  }

  @Override
  public boolean ztapCluster(Settings settings, Consumer<String> out) throws InterruptedException {
    LauncherConfig config = LauncherConfig.from(settings);
    Logging.onlyErrors();
    String backend = config.backend().name();
    try (StoreRuntime runtime = StoreRuntime.system();
        Store store = StoreOpening.reached(config.backend(), config.storeSettings(), runtime)) {
      if (!store.capabilities().contains(Capability.SHARED)) {
        return ZtapModule.demo(store, out).run();
      }
      Path home = Path.of(System.getProperty("plinth.home", "."));
      Path script = home.resolve("bin").resolve("plinth");
      if (!Files.isExecutable(script)) {
        throw new StartException("there is no " + script + ", by which processes are started");
      }
      try (ProcessDemo demo = new ProcessDemo(script, settings, backend, store, out)) {
        return demo.run();
      }
    }
  }

  /** Waits for SIGTERM or Ctrl-C, stops everything, and never returns: the JVM ends meanwhile. */
  @Override
  public void serve(Running running) throws InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(running::close, "plinth-stop"));
    new CountDownLatch(1).await();
  }

  @Override
  public Running start(Settings settings, Progress progress) {
    LauncherConfig config = LauncherConfig.from(settings);
    Logging.onlyErrors();
    Everything everything = new Everything();
    try {
      everything.start(config, settings, progress);
      return everything;
    } catch (RuntimeException failed) { // whatever it was, nothing may be left running
      everything.close();
      throw failed;
    }
  }

  @Override
  public Direct direct(Settings settings) {
    LauncherConfig config = LauncherConfig.from(settings);
    Logging.onlyErrors();
    return DirectStore.open(config);
  }

  /** What was opened, in order; closed in reverse. One thread at a time. */
  private static final class Everything implements Running {
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final List<StartedService> services = new CopyOnWriteArrayList<>();
    private String storeNote = "";

    void start(LauncherConfig config, Settings settings, Progress progress) {
      StoreRuntime runtime = StoreRuntime.system();
      closing.push(runtime::close);
      PrometheusMetrics metrics = PrometheusMetrics.start();
      closing.push(metrics::close);
      Store opened = StoreOpening.reached(config.backend(), config.storeSettings(), runtime);
      closing.push(opened::close);
      storeNote = StoreOpening.note(opened, config.storeSettings(), config.backend().name());
      Logging.apply(config.log());
      HttpThreads threads = HttpThreads.start();
      closing.push(threads::close);
      Store store = MeasuredStore.around(opened, metrics.registry());
      Injector shared =
          Guice.createInjector(Stage.PRODUCTION, new PlatformModule(store, metrics, threads));
      LifecycleTiming timing = LifecycleTiming.withGrace(config.drainGrace());
      startAdmin(shared, timing, config);
      for (Service service : config.services()) {
        ServiceContext context =
            new ServiceContext(
                service.name(),
                settings.section(service.name()),
                config.bindAddress(),
                config.portOffset());
        Injector injector =
            shared.createChildInjector(new LifecycleModule(timing), service.module(context));
        Lifecycle lifecycle = injector.getInstance(Lifecycle.class);
        closing.push(lifecycle::stop);
        lifecycle.start();
        StartedService ready = new StartedService(service.name(), addresses(injector));
        services.add(ready);
        progress.ready(ready);
      }
    }

    /** First, so that a second launcher on the same ports stops before it touches anything. */
    private void startAdmin(Injector shared, LifecycleTiming timing, LauncherConfig config) {
      Injector admin =
          shared.createChildInjector(
              new LifecycleModule(timing),
              new AdminModule(config.admin()),
              new ServicesModule(this::services));
      Lifecycle lifecycle = admin.getInstance(Lifecycle.class);
      closing.push(lifecycle::stop);
      lifecycle.start();
    }

    private static List<String> addresses(Injector injector) {
      List<String> addresses = new ArrayList<>();
      if (injector.getExistingBinding(Key.get(HttpServer.class)) != null) {
        addresses.add(injector.getInstance(HttpServer.class).uri().toString());
      }
      if (injector.getExistingBinding(Key.get(GrpcServer.class)) != null) {
        addresses.add("grpc " + injector.getInstance(GrpcServer.class).target());
      }
      return addresses;
    }

    @Override
    public List<StartedService> services() {
      return List.copyOf(services);
    }

    @Override
    public String storeNote() {
      return storeNote;
    }

    @Override
    public void close() {
      while (!closing.isEmpty()) {
        closing.pop().run();
      }
    }
  }

  /**
   * A store that a command opened for itself, behind the admin API that the launcher also has, so
   * that commands mean the same with and without a launcher. One thread at a time.
   */
  private static final class DirectStore implements Direct {
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final URI uri;
    private final String authorization;

    private DirectStore(LauncherConfig config) throws IOException {
      if (config.backend().listens()) {
        throw new SettingsException(
            "store.backend",
            "the store "
                + config.backend().name()
                + " would make this command a member of it; leave out --direct");
      }
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
}

package dev.plinth.service.labmgr;

import com.google.inject.Module;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.spi.Settings;
import java.util.Optional;

/**
 * The lab manager: lab resources over HTTP, and the controllers that bring the world to what they
 * say.
 *
 * <p>Immutable.
 */
public final class LabManagerService implements Service {
  /** The lab manager, to be started by a launcher. */
  public LabManagerService() {}

  @Override
  public String name() {
    return "labmgr";
  }

  @Override
  public void check(Settings settings) {
    LabManagerConfig.from(settings);
  }

  @Override
  public Module module(ServiceContext context) {
    return new LabManagerModule(
        context,
        LabManagerConfig.from(context.settings()),
        name -> Optional.ofNullable(System.getenv(name)));
  }
}

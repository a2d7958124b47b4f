package dev.plinth.chassis.admin;

import dev.plinth.chassis.error.UnauthenticatedException;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.chassis.time.Randomness;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the token of this run: made when the admin API starts, removed when it stops. Thread-safe.
 */
final class AdminAccess implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(AdminAccess.class);

  private final AdminConfig config;
  private volatile Optional<AdminToken> token = Optional.empty();

  @Inject
  AdminAccess(AdminConfig config) {
    this.config = config;
  }

  /**
   * After the server: only the launcher that has the port may replace the token of the one before.
   */
  @Override
  public Phase phase() {
    return Phase.SERVE;
  }

  @Override
  public void start() {
    try {
      token = Optional.of(AdminToken.create(config.tokenFile(), Randomness.secure()));
    } catch (IOException refused) {
      throw new StartException(
          "admin.token-file: cannot write "
              + config.tokenFile()
              + " ("
              + refused.getClass().getSimpleName()
              + ")",
          refused);
    } catch (UnsupportedOperationException noPermissions) {
      throw new StartException(
          "admin.token-file: the file system of "
              + config.tokenFile()
              + " cannot keep others from reading it",
          noPermissions);
    }
  }

  @Override
  public void stop() {
    try {
      if (token.isPresent()) {
        token.get().remove();
      }
    } catch (IOException refused) {
      LOG.atWarn().setCause(refused).log("The token of the admin API was not removed");
    }
  }

  /**
   * Lets the holder of the token pass.
   *
   * @throws UnauthenticatedException to everybody else
   */
  void check(String authorization) {
    if (token.filter(known -> known.opens(authorization)).isEmpty()) {
      throw new UnauthenticatedException(
          "Send 'Authorization: Bearer' with the token that is in the token file of the launcher");
    }
  }
}

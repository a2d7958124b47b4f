package dev.plinth.service.registry.presence;

import static java.time.temporal.ChronoUnit.SECONDS;

import dev.plinth.service.registry.presence.RegisterOutcome.Kind;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What changes registrations: devices connect, stay, leave and are forgotten.
 *
 * <p>Thread-safe, also between processes on one store: every write is conditional on the state it
 * was decided on, and is decided anew when that state is gone.
 */
final class Devices {
  /** How often a decision is taken anew; each time somebody else's was carried out instead. */
  private static final int MOST_ATTEMPTS = 32;

  private static final Logger LOG = LoggerFactory.getLogger(Devices.class);

  private final DeviceRepository repository;
  private final PresenceRules rules;
  private final PresenceMetrics metrics;
  private final StoreRuntime runtime;

  /*
   * Every registration has a lease of its own, under a name drawn for it. That name is also the
   * mark by which a write whose answer got lost is recognised when it is read back, and revoking
   * the lease makes sure that such a write cannot be applied later.
   */

  @Inject
  Devices(
      DeviceRepository repository,
      PresenceRules rules,
      PresenceMetrics metrics,
      StoreRuntime runtime) {
    this.repository = repository;
    this.rules = rules;
    this.metrics = metrics;
    this.runtime = runtime;
  }

  /**
   * Registers a device for a new connection, which takes over from the one that held it.
   *
   * @param wish what is to be registered
   * @return how it ended; unless registered, no lease is left behind
   */
  RegisterOutcome register(Wish wish) {
    return register(wish, ConnectionId.random(runtime.random()));
  }

  /**
   * Registers a device for a connection; repeated by the connection that holds it, this is a
   * heartbeat.
   *
   * @param wish what is to be registered
   * @param connection who is to hold it
   * @return how it ended; unless registered, no lease is left behind
   */
  RegisterOutcome register(Wish wish, ConnectionId connection) {
    Registering registering = new Registering(wish, connection);
    RegisterOutcome outcome = new RegisterOutcome.Contended();
    try {
      for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        Optional<RegisterOutcome> decided = registering.attempt();
        if (decided.isPresent()) {
          outcome = decided.get();
          break;
        }
      }
    } catch (StoreException failure) {
      registering.giveUp(failure);
      throw failure;
    }
    registering.finish();
    metrics.registered(outcome);
    return outcome;
  }

  /**
   * Starts the time to live of a registration anew.
   *
   * @param user whose
   * @param device which
   * @param connection who holds it
   * @return how it ended
   */
  HoldOutcome renew(UserId user, DeviceId device, ConnectionId connection) {
    return metrics.renewal(() -> tryRenew(user, device, connection));
  }

  private HoldOutcome tryRenew(UserId user, DeviceId device, ConnectionId connection) {
    for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      Optional<Device> found = repository.find(user, device);
      if (found.isEmpty()) {
        return new HoldOutcome.Missing();
      }
      Device current = found.get();
      if (current.registration().filter(r -> r.isHeldBy(connection)).isEmpty()) {
        return new HoldOutcome.HeldByAnother(current.epoch());
      }
      if (current.lease().isEmpty()) {
        return new HoldOutcome.Missing();
      }
      Optional<LeaseInfo> lease = repository.renew(current.lease().get());
      if (lease.isPresent()) {
        return new HoldOutcome.Renewed(current, lease.get());
      }
    }
    return new HoldOutcome.Contended();
  }

  /**
   * Starts the time to live of whatever registration lives on a lease anew.
   *
   * @param lease which
   * @return the lease, or nothing if no registration lives on it
   */
  Optional<LeaseInfo> renew(LeaseId lease) {
    return metrics.leaseRenewal(
        () -> repository.isOfRegistrations(lease) ? repository.renew(lease) : Optional.empty());
  }

  /**
   * Ends a registration, if the connection still holds it.
   *
   * @param user whose
   * @param device which
   * @param connection who holds it
   * @return how it ended
   */
  HoldOutcome unregister(UserId user, DeviceId device, ConnectionId connection) {
    return end(user, device, Optional.of(connection), PresenceMetrics.End.CONNECTION);
  }

  /**
   * Ends a registration, whoever holds it.
   *
   * @param user whose
   * @param device which
   * @return how it ended
   */
  HoldOutcome forceOut(UserId user, DeviceId device) {
    return end(user, device, Optional.empty(), PresenceMetrics.End.FORCED);
  }

  private HoldOutcome end(
      UserId user, DeviceId device, Optional<ConnectionId> holder, PresenceMetrics.End end) {
    for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      Optional<Device> found = repository.find(user, device);
      if (found.isEmpty()) {
        return new HoldOutcome.Missing();
      }
      Device current = found.get();
      if (holder.isPresent()
          && current.registration().filter(r -> r.isHeldBy(holder.get())).isEmpty()) {
        return new HoldOutcome.HeldByAnother(current.epoch());
      }
      if (repository.remove(user, current).isPresent()) {
        current.lease().ifPresent(this::release);
        metrics.ended(end, 1);
        return new HoldOutcome.Ended(current.epoch());
      }
    }
    return new HoldOutcome.Contended();
  }

  /**
   * Forgets a user: every key below the user's name, and the leases that held nothing else.
   *
   * @param user who
   * @return what was there, as of the revision that removed it
   */
  Presence erase(UserId user) {
    Presence removed = repository.removeAll(user);
    removed.leases().forEach(this::release);
    metrics.ended(PresenceMetrics.End.ERASED, removed.devices().size());
    return removed;
  }

  /** The registration is settled already; an idle lease that stays ends by its time to live. */
  private void release(LeaseId lease) {
    try {
      repository.release(lease);
    } catch (StoreException failure) {
      LOG.debug("an idle lease was left to expire", failure);
    }
  }

  /**
   * What is to be registered.
   *
   * @param user whose
   * @param device which
   * @param gateway where it is connected
   * @param metadata what the gateway says about it
   */
  record Wish(UserId user, DeviceId device, GatewayId gateway, Metadata metadata) {}

  /** One call to register, and the lease it drew for the purpose; used by one thread. */
  private final class Registering {
    private final Wish wish;
    private final ConnectionId connection;
    private Optional<LeaseInfo> drawn = Optional.empty();

    private Registering(Wish wish, ConnectionId connection) {
      this.wish = wish;
      this.connection = connection;
    }

    /** Decides on what is there now; nothing if that changed before it was carried out. */
    private Optional<RegisterOutcome> attempt() {
      Presence seen = repository.list(wish.user());
      Optional<Device> current = seen.device(wish.device());
      Optional<Registration> own =
          current.flatMap(Device::registration).filter(r -> r.isHeldBy(connection));
      if (own.isPresent() && current.get().lease().isPresent()) {
        return keep(current.get(), own.get(), current.get().lease().get());
      }
      if (current.isPresent()) {
        return take(current.get(), own);
      }
      if (seen.devices().size() >= rules.deviceLimit()) {
        return Optional.of(new RegisterOutcome.LimitReached(rules.deviceLimit()));
      }
      return add(seen);
    }

    private Optional<RegisterOutcome> add(Presence seen) {
      Registration registration = registration(now());
      return write(
          lease -> repository.add(seen, wish.device(), registration, lease),
          Kind.NEW,
          registration);
    }

    private Optional<RegisterOutcome> take(Device current, Optional<Registration> own) {
      Registration registration =
          registration(own.flatMap(Registration::connectedAt).orElse(now()));
      Optional<RegisterOutcome> outcome =
          write(
              lease -> repository.replace(wish.user(), current, registration, lease),
              own.isPresent() ? Kind.UPDATED : Kind.TAKEOVER,
              registration);
      if (outcome.isPresent()) {
        current.lease().ifPresent(Devices.this::release);
      }
      return outcome;
    }

    private Optional<RegisterOutcome> keep(Device current, Registration own, LeaseId lease) {
      Optional<LeaseInfo> renewed = repository.renew(lease);
      if (renewed.isEmpty()) {
        return Optional.empty();
      }
      if (own.gateway().equals(wish.gateway()) && own.metadata().equals(wish.metadata())) {
        return Optional.of(
            new RegisterOutcome.Registered(Kind.RENEWED, current, connection, renewed.get()));
      }
      Registration registration = registration(own.connectedAt().orElse(now()));
      return repository
          .update(wish.user(), current, registration)
          .map(epoch -> registered(Kind.UPDATED, epoch, registration, renewed.get()));
    }

    private Optional<RegisterOutcome> write(Write write, Kind kind, Registration registration) {
      LeaseInfo lease = draw();
      try {
        return write
            .to(lease.id())
            .map(epoch -> used(registered(kind, epoch, registration, lease)));
      } catch (OutcomeUnknownException unknown) {
        return Optional.of(used(readBack(kind, registration, lease, unknown)));
      } catch (RequestRefusedException refused) {
        if (refused.reason() != RequestRefusedException.Reason.LEASE_NOT_FOUND) {
          throw refused;
        }
        drawn = Optional.empty();
        return Optional.empty();
      }
    }

    /** Finds out whether a write was applied, by the lease that is on nothing else. */
    private RegisterOutcome readBack(
        Kind kind, Registration registration, LeaseInfo lease, OutcomeUnknownException unknown) {
      try {
        Optional<Device> written =
            repository
                .find(wish.user(), wish.device())
                .filter(device -> device.lease().filter(lease.id()::equals).isPresent());
        if (written.isPresent()) {
          return registered(kind, written.get().epoch(), registration, lease);
        }
      } catch (StoreException alsoFailed) {
        unknown.addSuppressed(alsoFailed);
      }
      throw unknown;
    }

    private LeaseInfo draw() {
      LeaseInfo lease = drawn.orElseGet(() -> repository.grant(rules.ttl()));
      drawn = Optional.of(lease);
      return lease;
    }

    private RegisterOutcome used(RegisterOutcome outcome) {
      drawn = Optional.empty();
      return outcome;
    }

    private RegisterOutcome registered(
        Kind kind, Revision epoch, Registration registration, LeaseInfo lease) {
      Device device = Device.of(wish.device(), epoch, lease.id(), registration);
      return new RegisterOutcome.Registered(kind, device, connection, lease);
    }

    private Registration registration(Instant connectedAt) {
      return new Registration(
          wish.gateway(), Optional.of(connectedAt), Optional.of(connection), wish.metadata());
    }

    private Instant now() {
      return runtime.now().truncatedTo(SECONDS);
    }

    /** Ends a lease that was drawn in vain. */
    private void finish() {
      drawn.map(LeaseInfo::id).ifPresent(Devices.this::release);
    }

    private void giveUp(StoreException failure) {
      drawn.map(LeaseInfo::id).ifPresent(lease -> repository.revokeQuietly(lease, failure));
    }
  }

  /** A conditional write of a registration onto a lease. */
  private interface Write {
    Optional<Revision> to(LeaseId lease);
  }
}

package dev.plinth.service.registry.presence;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Operation;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The keys of registrations: {@code <prefix>/users/<user>/<device>}, each attached to a lease of
 * its own.
 *
 * <p>Thread-safe.
 */
final class DeviceRepository {
  private static final int LEASE_NAME_ATTEMPTS = 8;

  private final Store store;
  private final KeySpace users;
  private final RegistrationCodec codec;
  private final RandomGenerator random;

  @Inject
  DeviceRepository(Store store, PresenceRules rules, RegistrationCodec codec) {
    this.store = store;
    this.users = KeySpace.of(rules.keyPrefix()).child("users");
    this.codec = codec;
    this.random = store.runtime().random();
  }

  /** Returns the range of all registrations. */
  KeyRange everything() {
    return users.below();
  }

  /** Reads everything about a user at one revision. */
  Presence list(UserId user) {
    return presence(user, store.keyValues().list(range(user)));
  }

  /** Returns how many users one {@link #listAll} may name. */
  int listAllLimit() {
    return store.limits().operations();
  }

  /** Reads several users at one revision, in the order given. */
  List<Presence> listAll(List<UserId> several) {
    List<Operation> reads = new ArrayList<>();
    several.forEach(user -> reads.add(Read.of(range(user))));
    Commit commit = store.keyValues().commit(new Transaction(List.of(), reads, List.of()));
    List<Presence> presences = new ArrayList<>();
    for (int i = 0; i < several.size(); i++) {
      presences.add(presence(several.get(i), commit.read(i)));
    }
    return presences;
  }

  Optional<Device> find(UserId user, DeviceId device) {
    return store.keyValues().get(key(user, device)).map(entry -> device(device, entry));
  }

  /**
   * Grants a lease under a name drawn here, so that an answer that got lost does not leave a lease
   * that nobody can name.
   */
  LeaseInfo grant(Duration ttl) {
    for (int attempt = 1; ; attempt++) {
      LeaseId id = LeaseId.of(random.nextLong(1, Long.MAX_VALUE));
      try {
        return store.leases().grant(id, ttl);
      } catch (RequestRefusedException refused) {
        if (refused.reason() != RequestRefusedException.Reason.LEASE_EXISTS
            || attempt == LEASE_NAME_ATTEMPTS) {
          throw refused;
        }
      } catch (OutcomeUnknownException unknown) {
        revokeQuietly(id, unknown);
        throw unknown;
      }
    }
  }

  /** Starts the time to live of a lease anew; nothing if it is gone. */
  Optional<LeaseInfo> renew(LeaseId lease) {
    try {
      return Optional.of(store.leases().renew(lease));
    } catch (LeaseLostException gone) {
      return Optional.empty();
    }
  }

  /** Says whether a lease carries registrations and nothing else. */
  boolean isOfRegistrations(LeaseId lease) {
    return store
        .leases()
        .describe(lease)
        .map(LeaseInfo::keys)
        .filter(keys -> !keys.isEmpty() && keys.stream().allMatch(everything()::contains))
        .isPresent();
  }

  /** Ends a lease that holds no key any more; one that other keys live on stays. */
  void release(LeaseId lease) {
    if (store.leases().describe(lease).map(LeaseInfo::keys).filter(List::isEmpty).isPresent()) {
      revoke(lease);
    }
  }

  /** Ends a lease with whatever is attached to it. */
  void revoke(LeaseId lease) {
    try {
      store.leases().revoke(lease);
    } catch (RequestRefusedException refused) {
      if (refused.reason() != RequestRefusedException.Reason.LEASE_NOT_FOUND) {
        throw refused;
      }
    }
  }

  /** Ends a lease on the way out of a failure; if that fails too, it ends by its time to live. */
  void revokeQuietly(LeaseId lease, Throwable failure) {
    try {
      revoke(lease);
    } catch (StoreException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }

  /**
   * Writes the registration of a device that was not there, if nothing of the user's was written
   * after the state it was decided on. What went away in between is no hindrance: there are fewer
   * devices than were counted.
   */
  Optional<Revision> add(Presence seen, DeviceId device, Registration registration, LeaseId lease) {
    return commit(
        Condition.noneModifiedAfter(range(seen.user()), seen.revision()),
        Put.of(key(seen.user(), device), codec.encode(registration)).withLease(lease));
  }

  /** Writes a registration over the one that was seen, if that still stands. */
  Optional<Revision> replace(UserId user, Device seen, Registration registration, LeaseId lease) {
    Key key = key(user, seen.id());
    return commit(unchanged(key, seen), Put.of(key, codec.encode(registration)).withLease(lease));
  }

  /** Writes a registration over the one that was seen, on the same lease. */
  Optional<Revision> update(UserId user, Device seen, Registration registration) {
    Key key = key(user, seen.id());
    Bytes value = codec.encode(registration, seen.value());
    return commit(unchanged(key, seen), Put.of(key, value).keepingLease());
  }

  /** Deletes the registration that was seen, if it still stands. */
  Optional<Revision> remove(UserId user, Device seen) {
    Key key = key(user, seen.id());
    return commit(unchanged(key, seen), Delete.of(key));
  }

  /** Deletes everything of a user; returns what was there. */
  Presence removeAll(UserId user) {
    Commit commit =
        store.keyValues().commit(Transaction.of(Delete.of(range(user)).returningPrevious()));
    return presence(user, commit.revision(), commit.delete(0).previous());
  }

  /** Follows a user from the present on, told first. */
  PresenceWatch follow(UserId user, Duration progressInterval) {
    Follower follower = new Follower(user, progressInterval);
    follower.resync(PresenceEvent.Reason.STARTED);
    return follower;
  }

  /** Follows a user from a revision on, or from the present if that is out of reach. */
  PresenceWatch follow(UserId user, Revision from, Duration progressInterval) {
    Follower follower = new Follower(user, progressInterval);
    if (from.isAfter(store.keyValues().current().next())) {
      follower.resync(PresenceEvent.Reason.OTHER_HISTORY);
    } else {
      follower.open(from);
    }
    return follower;
  }

  private Optional<Revision> commit(Condition condition, Operation operation) {
    Commit commit = store.keyValues().commit(Transaction.when(condition).then(operation));
    return commit.conditionsHeld() ? Optional.of(commit.revision()) : Optional.empty();
  }

  private static Condition unchanged(Key key, Device seen) {
    return new Condition.Modified(KeyRange.single(key), Relation.EQUAL, seen.epoch());
  }

  private Key key(UserId user, DeviceId device) {
    return users.key(user.value(), device.value());
  }

  private KeyRange range(UserId user) {
    return users.below(user.value());
  }

  private Presence presence(UserId user, Slice slice) {
    return presence(user, slice.revision(), slice.entries());
  }

  private Presence presence(UserId user, Revision revision, List<Entry> entries) {
    List<Device> devices = new ArrayList<>();
    List<String> stray = new ArrayList<>();
    for (Entry entry : entries) {
      deviceOf(entry.key())
          .ifPresentOrElse(
              id -> devices.add(device(id, entry)), () -> stray.add(entry.key().toString()));
    }
    return new Presence(user, revision, devices, stray);
  }

  private Device device(DeviceId id, Entry entry) {
    return new Device(
        id, entry.modified(), entry.lease(), codec.decode(entry.value()), entry.value());
  }

  private Optional<DeviceId> deviceOf(Key key) {
    return users
        .parse(key)
        .filter(segments -> segments.size() == 2)
        .map(segments -> segments.get(1))
        .filter(text -> DeviceId.violation(text).isEmpty())
        .map(DeviceId::new);
  }

  /** A watch of the store, opened anew from the present when its history is lost. */
  private final class Follower implements PresenceWatch {
    private final UserId user;
    private final Duration progressInterval;
    private final List<PresenceEvent> pending = new ArrayList<>();
    private volatile Optional<Watch> watch = Optional.empty();
    private volatile boolean closed;

    private Follower(UserId user, Duration progressInterval) {
      this.user = user;
      this.progressInterval = progressInterval;
    }

    private void open(Revision from) {
      Watch next =
          store
              .watches()
              .open(
                  WatchOptions.of(range(user))
                      .from(from)
                      .withPreviousValues()
                      .withProgressEvery(progressInterval));
      watch.ifPresent(Watch::close);
      watch = Optional.of(next);
      if (closed) {
        next.close();
      }
    }

    private void resync(PresenceEvent.Reason reason) {
      Presence presence = list(user);
      open(presence.revision().next());
      pending.add(new PresenceEvent.Resynced(presence, reason));
    }

    @Override
    public List<PresenceEvent> next() throws InterruptedException {
      if (pending.isEmpty()) {
        try {
          pending.addAll(events(watch.orElseThrow().next()));
        } catch (HistoryLostException compacted) {
          resync(PresenceEvent.Reason.HISTORY_LOST);
        }
      }
      List<PresenceEvent> events = List.copyOf(pending);
      pending.clear();
      return events;
    }

    private List<PresenceEvent> events(WatchBatch batch) {
      if (batch.isProgress()) {
        return List.of(new PresenceEvent.Progressed(batch.revision()));
      }
      List<PresenceEvent> events = new ArrayList<>();
      for (Change change : batch.changes()) {
        deviceOf(change.key()).map(id -> event(id, change)).ifPresent(events::add);
      }
      return events;
    }

    private PresenceEvent event(DeviceId id, Change change) {
      return switch (change.kind()) {
        case PUT -> new PresenceEvent.Registered(device(id, change.entry()));
        case DELETE ->
            new PresenceEvent.Removed(
                id, change.revision(), change.previous().map(entry -> device(id, entry)));
      };
    }

    @Override
    public void close() {
      closed = true;
      watch.ifPresent(Watch::close);
    }
  }
}

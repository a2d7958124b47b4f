package dev.plinth.service.registry.presence;

import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What reads registrations: who is where, now and from now on.
 *
 * <p>A look-up has three outcomes: devices, nobody, and unknown when the store does not answer.
 * Nothing is cached, so unknown is never remembered and never shown as nobody.
 *
 * <p>Thread-safe.
 */
final class Presences {
  /** After so many parts of a bulk look-up went unanswered, the rest is not asked for. */
  private static final int MOST_FAILURES = 2;

  private final DeviceRepository repository;
  private final PresenceRules rules;
  private final PresenceMetrics metrics;

  @Inject
  Presences(DeviceRepository repository, PresenceRules rules, PresenceMetrics metrics) {
    this.repository = repository;
    this.rules = rules;
    this.metrics = metrics;
  }

  /**
   * Looks one user up.
   *
   * @param user who
   * @return everything about the user; "unknown" is the exception
   * @throws StoreException if the store did not answer
   */
  Presence lookup(UserId user) {
    try {
      return counted(repository.list(user));
    } catch (StoreException failure) {
      metrics.lookedUp("unknown", 0);
      throw failure;
    }
  }

  /**
   * Looks many users up, as far as the store answers.
   *
   * @param users who; one that is named twice is answered once
   * @return an answer for each, in the order of first mention; at least one is known
   * @throws RequestRefusedException if the store refuses to answer
   * @throws StoreUnavailableException if nothing is known about anybody
   */
  List<Answer> lookup(List<UserId> users) {
    List<UserId> distinct = List.copyOf(new LinkedHashSet<>(users));
    List<Answer> answers = new ArrayList<>();
    List<StoreException> failures = new ArrayList<>();
    int part = repository.listAllLimit();
    for (int from = 0; from < distinct.size(); from += part) {
      List<UserId> asked = distinct.subList(from, Math.min(distinct.size(), from + part));
      if (failures.size() >= MOST_FAILURES) {
        answers.addAll(unknown(asked));
        continue;
      }
      try {
        repository.listAll(asked).forEach(found -> answers.add(new Known(counted(found))));
      } catch (RequestRefusedException refused) {
        throw refused;
      } catch (StoreException failure) {
        failures.add(failure);
        answers.addAll(unknown(asked));
      }
    }
    if (!failures.isEmpty() && answers.stream().noneMatch(Known.class::isInstance)) {
      throw new StoreUnavailableException(
          "look-up of " + distinct.size() + " users: the store answered for none",
          failures.getFirst());
    }
    return answers;
  }

  /**
   * Follows a user: everything there is first, then every change.
   *
   * @param user who
   * @return the watch, to be closed by the caller
   */
  PresenceWatch follow(UserId user) {
    return counted(repository.follow(user, rules.progressInterval()));
  }

  /**
   * Follows a user from a revision on; if that is out of reach, everything there is comes first.
   *
   * @param user who
   * @param from the first revision that is told
   * @return the watch, to be closed by the caller
   */
  PresenceWatch follow(UserId user, Revision from) {
    return counted(repository.follow(user, from, rules.progressInterval()));
  }

  private Presence counted(Presence presence) {
    metrics.lookedUp(presence.isNobody() ? "nobody" : "devices", presence.invalid());
    return presence;
  }

  private PresenceWatch counted(PresenceWatch watch) {
    metrics.watchOpened();
    return new PresenceWatch() {
      private final AtomicBoolean closed = new AtomicBoolean();

      @Override
      public List<PresenceEvent> next() throws InterruptedException {
        return watch.next();
      }

      @Override
      public void close() {
        if (closed.compareAndSet(false, true)) {
          metrics.watchClosed();
        }
        watch.close();
      }
    };
  }

  private List<Answer> unknown(List<UserId> users) {
    users.forEach(user -> metrics.lookedUp("unknown", 0));
    return users.stream().<Answer>map(Unknown::new).toList();
  }

  /** What a bulk look-up says about one user. */
  sealed interface Answer {}

  /**
   * The store answered.
   *
   * @param presence devices or nobody
   */
  record Known(Presence presence) implements Answer {}

  /**
   * The store did not answer.
   *
   * @param user about whom
   */
  record Unknown(UserId user) implements Answer {}
}

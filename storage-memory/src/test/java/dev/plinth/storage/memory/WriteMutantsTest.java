package dev.plinth.storage.memory;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.tck.history.Violation.Checker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * A checker that never failed is not trusted: each defect here, built into the writes and leases of
 * a memory store, must be found by the checker that is meant for it.
 */
final class WriteMutantsTest {
  /** How often a defect that comes now and then comes. */
  private static final int SELDOM = 15;

  private final DefectHunt hunt = new DefectHunt();

  @Test
  void outcomesThatAreUnknownAreNoDefect() {
    Random random = new Random(7);
    hunt.assertNothingFound(() ->
        new AlteredStore(DefectHunt.sound()) {
          @Override
          public Commit commit(Transaction transaction) {
            if (random.nextInt(SELDOM) == 0) {
              throw new OutcomeUnknownException("lost before it was applied");
            }
            Commit commit = super.commit(transaction);
            if (random.nextInt(SELDOM) == 0) {
              throw new OutcomeUnknownException("lost after it was applied");
            }
            return commit;
          }

          @Override
          public Revision revoke(LeaseId id) {
            Revision unused = super.revoke(id);
            throw new OutcomeUnknownException("lost after it was applied");
          }
        });
  }

  @Test
  void aWriteThatIsAppliedTwiceIsFound() {
    hunt.assertFound(
        Checker.HONESTY,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Commit commit(Transaction transaction) {
                Commit commit = super.commit(transaction);
                return random.nextInt(SELDOM) == 0 ? super.commit(transaction) : commit;
              }
            });
  }

  @Test
  void anUnknownWriteThatIsAppliedTwiceIsFound() {
    hunt.assertFound(
        Checker.HONESTY,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Commit commit(Transaction transaction) {
                Commit commit = super.commit(transaction);
                if (random.nextInt(SELDOM) == 0) {
                  Commit unused = super.commit(transaction);
                  throw new OutcomeUnknownException("lost, and repeated inside");
                }
                return commit;
              }
            });
  }

  @Test
  void aReusedRevisionIsFound() {
    hunt.assertFound(
        Checker.REVISION_ORDER,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Commit commit(Transaction transaction) {
                Commit commit = super.commit(transaction);
                return random.nextInt(SELDOM) == 0 && commit.revision().value() > 2
                    ? new Commit(
                        Revision.of(commit.revision().value() - 1),
                        commit.conditionsHeld(),
                        commit.outcomes())
                    : commit;
              }
            });
  }

  @Test
  void aHalfAppliedTransactionIsFound() {
    hunt.assertFound(
        Checker.REVISION_ORDER,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Commit commit(Transaction transaction) {
                if (transaction.then().size() < 3 || random.nextInt(4) > 0) {
                  return super.commit(transaction);
                }
                List<Operation> fewer =
                    transaction.then().subList(0, transaction.then().size() - 2);
                Commit commit =
                    super.commit(
                        new Transaction(transaction.conditions(), fewer, transaction.otherwise()));
                return commit;
              }
            });
  }

  @Test
  void aDirtyReadIsFound() {
    hunt.assertFound(
        Checker.NO_UNDO,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              private final Map<Key, Bytes> refused = new ConcurrentHashMap<>();

              @Override
              public Commit commit(Transaction transaction) {
                try {
                  return super.commit(transaction);
                } catch (RequestRefusedException error) {
                  if (transaction.then().getFirst() instanceof Put put) {
                    refused.put(put.key(), put.value().orElseThrow());
                  }
                  throw error;
                }
              }

              @Override
              public Slice read(Read read) {
                Slice slice = super.read(read);
                return new Slice(
                    slice.revision(),
                    slice.entries().stream().map(this::dirty).toList(),
                    slice.count(),
                    slice.more());
              }

              private Entry dirty(Entry entry) {
                Bytes value = refused.remove(entry.key());
                return value == null
                    ? entry
                    : new Entry(
                        entry.key(),
                        value,
                        entry.created(),
                        entry.modified(),
                        entry.version(),
                        entry.lease());
              }
            });
  }

  @Test
  void aRefusalThatWasAppliedIsFound() {
    hunt.assertFound(
        Checker.HONESTY,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Commit commit(Transaction transaction) {
                Commit commit = super.commit(transaction);
                if (random.nextInt(SELDOM) == 0) {
                  throw new StoreUnavailableException("not applied, it says");
                }
                return commit;
              }
            });
  }

  @Test
  void anAcknowledgedWriteThatIsMissingIsFound() {
    hunt.assertFound(
        Checker.HONESTY,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Commit commit(Transaction transaction) {
                if (random.nextInt(SELDOM) == 0
                    && transaction.conditions().isEmpty()
                    && transaction.then().size() == 1
                    && transaction.then().getFirst() instanceof Put) {
                  Revision next = current().next();
                  return new Commit(
                      next, true, List.of(new Outcome.Written(next, Optional.empty())));
                }
                return super.commit(transaction);
              }
            });
  }

  @Test
  void anEarlyExpiryIsFound() {
    hunt.assertFound(
        Checker.LEASES,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public LeaseInfo grant(Duration ttl) {
                LeaseInfo lease = super.grant(ttl);
                StoreRuntime.Scheduled unused =
                    runtime()
                        .schedule(
                            lease.granted().dividedBy(2),
                            () -> {
                              try {
                                super.revoke(lease.id());
                              } catch (RequestRefusedException gone) {
                                // The client revoked it before.
                              }
                            });
                return lease;
              }
            });
  }

  @Test
  void aLateExpiryIsFound() {
    hunt.assertFound(
        Checker.LEASES,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public LeaseInfo grant(Duration ttl) {
                LeaseInfo lease = super.grant(ttl.multipliedBy(20));
                return new LeaseInfo(lease.id(), ttl, ttl, List.of());
              }

              @Override
              public LeaseInfo renew(LeaseId id) {
                LeaseInfo lease = super.renew(id);
                Duration told = lease.granted().dividedBy(20);
                return new LeaseInfo(id, told, told, List.of());
              }
            });
  }

  @Test
  void aLeaseThatComesBackIsFound() {
    hunt.assertFound(
        Checker.LEASES,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public LeaseInfo renew(LeaseId id) {
                try {
                  return super.renew(id);
                } catch (LeaseLostException lost) {
                  return super.grant(id, Duration.ofSeconds(3));
                }
              }
            });
  }

  @Test
  void skippedFencingIsFound() {
    hunt.assertFound(
        Checker.ELECTIONS,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Commit commit(Transaction transaction) {
                List<Condition> kept =
                    transaction.conditions().stream()
                        .filter(condition -> !(condition instanceof Condition.Created))
                        .toList();
                return super.commit(
                    new Transaction(kept, transaction.then(), transaction.otherwise()));
              }
            });
  }

  @Test
  void twoLeadersAreFound() {
    hunt.assertFound(
        Checker.ELECTIONS,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Commit commit(Transaction transaction) {
                boolean stands =
                    transaction.then().size() == 1
                        && transaction.then().getFirst() instanceof Put put
                        && put.key().utf8().endsWith("/leader");
                return super.commit(
                    stands && random.nextInt(4) == 0
                        ? new Transaction(List.of(), transaction.then(), transaction.otherwise())
                        : transaction);
              }
            });
  }

  @Test
  void clientsThatDoNothingAreFound() {
    hunt.assertFound(
        Checker.ASSUMPTIONS,
        random ->
            new AlteredStore(DefectHunt.sound()) {
              @Override
              public Commit commit(Transaction transaction) {
                throw new StoreUnavailableException("never");
              }
            });
  }
}

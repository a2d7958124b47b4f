package dev.plinth.tck;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * A request that every store refuses, and how.
 *
 * @param name what is wrong with it
 * @param request sends it
 * @param error the type of the error
 * @param message what the error's text begins with, the same on all stores
 */
record Refusal(
    String name, Consumer<Store> request, Class<? extends StoreException> error, String message) {

  /**
   * Every refusal that needs no fault, for a store whose revisions below {@code current} are
   * compacted and that has a lease of the name {@code taken}.
   */
  static List<Refusal> all(Key key, Revision current, LeaseId taken) {
    Key empty = Key.of();
    LeaseId unknown = LeaseId.of(0x4242);
    Put put = Put.of(key, Bytes.EMPTY);
    Read old = Read.of(key).at(Revision.of(current.value() - 1));
    String lost = "required revision has been compacted: the oldest readable one is " + current;
    return List.of(
        refused(
            "put of an empty key",
            Reason.KEY_NOT_PROVIDED,
            s -> s.keyValues().put(empty, Bytes.EMPTY)),
        refused("read of an empty key", Reason.KEY_NOT_PROVIDED, s -> s.keyValues().get(empty)),
        refused(
            "delete of an empty key", Reason.KEY_NOT_PROVIDED, s -> s.keyValues().delete(empty)),
        refused(
            "condition on an empty key",
            Reason.KEY_NOT_PROVIDED,
            s -> commit(s, Transaction.when(Condition.exists(empty)).then(put))),
        refused(
            "watch of an empty key",
            Reason.KEY_NOT_PROVIDED,
            s -> s.watches().open(WatchOptions.of(KeyRange.single(empty)))),
        refused(
            "watch of an empty range",
            Reason.EMPTY_RANGE,
            s -> s.watches().open(WatchOptions.of(KeyRange.between(key, key)))),
        refused(
            "kept value of a missing key",
            Reason.KEY_NOT_FOUND,
            s -> commit(s, Transaction.of(Put.keepingValue(key)))),
        refused(
            "kept lease of a missing key",
            Reason.KEY_NOT_FOUND,
            s -> commit(s, Transaction.of(put.keepingLease()))),
        refused(
            "two puts of a key", Reason.DUPLICATE_KEY, s -> commit(s, Transaction.of(put, put))),
        refused(
            "put and delete of a key",
            Reason.DUPLICATE_KEY,
            s -> commit(s, Transaction.of(put, Delete.of(key)))),
        refused(
            "too many operations",
            Reason.TOO_MANY_OPERATIONS,
            s ->
                commit(
                    s,
                    new Transaction(
                        List.of(),
                        Collections.nCopies(s.limits().operations() + 1, Read.of(key)),
                        List.of()))),
        refused(
            "too large a value",
            Reason.REQUEST_TOO_LARGE,
            s ->
                s.keyValues()
                    .put(key, Bytes.of(new byte[Math.toIntExact(s.limits().requestBytes())]))),
        refused(
            "read of the future",
            Reason.FUTURE_REVISION,
            s -> s.keyValues().read(Read.of(key).at(current.next()))),
        refused(
            "read of the future in a transaction",
            Reason.FUTURE_REVISION,
            s -> commit(s, Transaction.of(put, Read.of(key).at(current.next())))),
        refused(
            "compaction of the future",
            Reason.FUTURE_REVISION,
            s -> s.keyValues().compact(current.next())),
        refused(
            "put with an unknown lease",
            Reason.LEASE_NOT_FOUND,
            s -> s.keyValues().put(key, Bytes.EMPTY, unknown)),
        refused(
            "put with an unknown lease in a nested transaction",
            Reason.LEASE_NOT_FOUND,
            s ->
                commit(
                    s,
                    Transaction.of(
                        put, Transaction.of(Put.of(key.next(), Bytes.EMPTY).withLease(unknown))))),
        refused(
            "revocation of an unknown lease",
            Reason.LEASE_NOT_FOUND,
            s -> s.leases().revoke(unknown)),
        refused(
            "grant of a name that is taken",
            Reason.LEASE_EXISTS,
            s -> s.leases().grant(taken, Duration.ofMinutes(1))),
        refused("no time to live", Reason.TTL_OUT_OF_RANGE, s -> s.leases().grant(Duration.ZERO)),
        refused(
            "too long a time to live",
            Reason.TTL_OUT_OF_RANGE,
            s -> s.leases().grant(s.limits().longestTtl().plusSeconds(1))),
        new Refusal(
            "renewal of an unknown lease",
            s -> s.leases().renew(unknown),
            LeaseLostException.class,
            "lease 4242 is lost: it expired, was revoked or never existed"),
        new Refusal(
            "read of compacted history",
            s -> s.keyValues().read(old),
            HistoryLostException.class,
            lost),
        new Refusal(
            "read of compacted history in a transaction",
            s -> commit(s, Transaction.of(put, old)),
            HistoryLostException.class,
            lost),
        new Refusal(
            "compaction of compacted history",
            s -> s.keyValues().compact(current),
            HistoryLostException.class,
            lost));
  }

  private static Refusal refused(String name, Reason reason, Consumer<Store> request) {
    return new Refusal(name, request, RequestRefusedException.class, reason.text());
  }

  private static void commit(Store store, Transaction transaction) {
    Commit unused = store.keyValues().commit(transaction);
  }
}

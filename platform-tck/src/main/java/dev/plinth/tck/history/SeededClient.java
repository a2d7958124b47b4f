package dev.plinth.tck.history;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One client of a workload: draws a call, makes it, remembers what it needs for the next. */
final class SeededClient {
  static final int KEYS = 10;

  /** What leaders hold, and what they write while they hold it. */
  static final String LEADER = "leader";

  static final String RESOURCE = "resource";

  private final int client;
  private final Store store;
  private final History history;
  private final KeySpace space;
  private final Random random;
  private int values;
  private Revision seen = Revision.of(1);
  private @Nullable Entry remembered;
  private @Nullable LeaseId lease;
  private long renewalSent;
  private Duration ttl = Duration.ZERO;
  private @Nullable Revision token;
  private @Nullable LeaseId termLease;

  SeededClient(int client, Store store, History history, KeySpace space, Random random) {
    this.client = client;
    this.store = store;
    this.history = history;
    this.space = space;
    this.random = random;
  }

  void step() {
    int choice = random.nextInt(100);
    if (choice < 12) {
      commit(Transaction.of(put(anyKey())));
    } else if (choice < 18) {
      commit(Transaction.of(deletion()));
    } else if (choice < 30) {
      read(Read.of(anyKey()));
    } else if (choice < 36) {
      read(Read.of(space.below()).limitedTo(random.nextInt(8)));
    } else if (choice < 42) {
      read(Read.of(space.below()).at(past()));
    } else if (choice < 52) {
      read(
          Read.of(random.nextBoolean() ? KeyRange.single(anyKey()) : space.below()).serializable());
    } else if (choice < 62) {
      commit(several());
    } else if (choice < 70) {
      swap();
    } else if (choice < 73) {
      commit(Transaction.of(put(anyKey()).withLease(LeaseId.of(-1 - client))));
    } else if (choice < 85) {
      lease();
    } else {
      lead();
    }
  }

  private void commit(Transaction transaction) {
    Call.Answer answer = committed(transaction);
    if (answer instanceof Call.Answer.Committed committed) {
      seen = committed.commit().revision();
    }
  }

  private Call.Answer committed(Transaction transaction) {
    return history
        .record(
            client,
            new Call.Request.Committing(transaction),
            () -> new Call.Answer.Committed(store.keyValues().commit(transaction)))
        .answer();
  }

  private void read(Read read) {
    Call.Answer answer =
        history
            .record(
                client,
                new Call.Request.Reading(read),
                () -> new Call.Answer.Found(store.keyValues().read(read)))
            .answer();
    if (answer instanceof Call.Answer.Found found) {
      seen = found.slice().revision();
      if (!found.slice().entries().isEmpty()) {
        remembered = found.slice().entries().getFirst();
      }
    }
  }

  private Key anyKey() {
    return space.key("" + random.nextInt(KEYS));
  }

  /** Never the same twice, so that every version of every key is known by its value. */
  private Bytes value() {
    return Bytes.utf8(client + "-" + values++);
  }

  private Put put(Key key) {
    Put put = Put.of(key, value());
    put = random.nextInt(4) == 0 ? put.returningPrevious() : put;
    return lease != null && random.nextInt(3) == 0 ? put.withLease(lease) : put;
  }

  private Delete deletion() {
    Delete delete =
        random.nextInt(4) == 0
            ? Delete.of(KeyRange.between(space.key("3"), space.key("6")))
            : Delete.of(anyKey());
    return random.nextBoolean() ? delete.returningPrevious() : delete;
  }

  private Revision past() {
    return Revision.of(Math.max(1, seen.value() - random.nextInt(30)));
  }

  private Transaction several() {
    int first = random.nextInt(KEYS);
    Key one = space.key("" + first);
    Key two = space.key("" + (first + 1) % KEYS);
    Key three = space.key("" + (first + 2) % KEYS);
    Transaction nested =
        Transaction.when(Condition.exists(two))
            .then(Delete.of(two), Read.of(space.below()))
            .otherwise(put(two));
    return Transaction.when(random.nextBoolean() ? Condition.exists(one) : Condition.absent(three))
        .then(Read.of(three), put(one), nested, put(three), Read.of(one))
        .otherwise(Read.of(space.below()), put(three), Delete.of(one));
  }

  private void swap() {
    Entry entry = remembered;
    if (entry == null || isForLeaders(entry.key())) {
      read(Read.of(anyKey()));
    } else {
      commit(
          Transaction.when(Condition.unchanged(entry))
              .then(Put.of(entry.key(), value()).keepingLease())
              .otherwise(Read.of(entry.key())));
    }
  }

  private boolean isForLeaders(Key key) {
    return key.equals(space.key(LEADER)) || key.equals(space.key(RESOURCE));
  }

  private void lease() {
    LeaseId held = lease;
    if (held == null) {
      Duration asked = Duration.ofSeconds(2 + random.nextInt(3));
      granted(
          history.record(
              client,
              new Call.Request.Granting(LeaseId.NONE, asked),
              () -> new Call.Answer.Leased(store.leases().grant(asked))));
    } else if (random.nextInt(8) == 0) {
      lease = null; // forgotten, so that it expires with its keys
    } else if (random.nextInt(12) == 0) {
      Call unused =
          history.record(
              client,
              new Call.Request.Revoking(held),
              () -> new Call.Answer.At(store.leases().revoke(held)));
      lease = null;
    } else {
      granted(
          history.record(
              client,
              new Call.Request.Renewing(held),
              () -> new Call.Answer.Leased(store.leases().renew(held))));
    }
  }

  private void granted(Call call) {
    if (call.answer() instanceof Call.Answer.Leased leased) {
      lease = leased.lease().id();
      ttl = leased.lease().granted();
      renewalSent = call.timeInvoked();
    } else if (call.answer() instanceof Call.Answer.Failed failed
        && failed.error() instanceof LeaseLostException) {
      lease = null;
    }
  }

  /** Stands for the leadership, writes what only a leader may, or resigns. */
  private void lead() {
    Revision term = token;
    LeaseId held = lease;
    Key leader = space.key(LEADER);
    if (term == null) {
      if (held == null) {
        lease();
        return;
      }
      Transaction stand =
          Transaction.when(Condition.absent(leader))
              .then(Put.of(leader, value()).withLease(held))
              .otherwise(Read.of(leader));
      if (committed(stand) instanceof Call.Answer.Committed committed
          && committed.commit().conditionsHeld()) {
        token = committed.commit().revision();
        termLease = held;
      }
      return;
    }
    believe(term);
    Condition holds = new Condition.Created(KeyRange.single(leader), Relation.EQUAL, term);
    boolean resigns = random.nextInt(15) == 0;
    Transaction guarded =
        resigns
            ? Transaction.when(holds).then(Delete.of(leader))
            : Transaction.when(holds)
                .then(Put.of(space.key(RESOURCE), Bytes.utf8(term + ":" + value().utf8())))
                .otherwise(Read.of(leader));
    boolean over =
        committed(guarded) instanceof Call.Answer.Committed committed
            && !committed.commit().conditionsHeld();
    /* Who resigns no longer leads, whatever becomes of it. */
    if (over || resigns) {
      token = null;
    }
  }

  /** Notes that this client now believes to lead, if its lease cannot have expired yet. */
  private void believe(Revision term) {
    long tick = history.tick();
    long safe = ttl.multipliedBy(9).dividedBy(10).toNanos();
    if (lease != null && lease.equals(termLease) && history.time() - renewalSent < safe) {
      history.add(new History.Belief(client, term, tick));
    }
  }
}

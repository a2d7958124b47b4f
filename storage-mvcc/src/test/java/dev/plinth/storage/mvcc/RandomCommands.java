package dev.plinth.storage.mvcc;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Commands of every kind on few keys and leases, so that they meet often; many are refused. */
final class RandomCommands {
  private static final StoreLimits LIMITS =
      new StoreLimits(
          128,
          1 << 20,
          Duration.ofSeconds(2),
          Duration.ofDays(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1));

  private final Random random;
  private final int keys;
  private int values;

  RandomCommands(long seed, int keys) {
    this.random = new Random(seed);
    this.keys = keys;
  }

  Random random() {
    return random;
  }

  Command next(long revision) {
    int kind = random.nextInt(100);
    if (kind < 80) {
      return new Command.Write(transaction(revision));
    }
    if (kind < 87) {
      return new Command.Grant(lease(), Duration.ofSeconds(2 + random.nextInt(9)));
    }
    if (kind < 91) {
      return new Command.Revoke(lease());
    }
    if (kind < 95) {
      return new Command.Expire(lease(), 1 + random.nextInt(30));
    }
    return new Command.Compact(
        Revision.of(revision - (long) (random.nextDouble() * random.nextDouble() * 150) + 2));
  }

  private Transaction transaction(long revision) {
    while (true) {
      Transaction transaction = transaction(revision, 2);
      try {
        RequestRules.check(transaction, LIMITS);
        return transaction;
      } catch (RequestRefusedException refused) {
        // Commands have passed the rules, so take another one.
      }
    }
  }

  private Transaction transaction(long revision, int depth) {
    List<Condition> conditions = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      conditions.add(condition(revision));
    }
    return new Transaction(conditions, operations(revision, depth), operations(revision, depth));
  }

  private List<Operation> operations(long revision, int depth) {
    List<Operation> operations = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      int kind = random.nextInt(10);
      if (kind < 5) {
        operations.add(put());
      } else if (kind < 7) {
        Delete delete = Delete.of(range());
        operations.add(random.nextBoolean() ? delete : delete.returningPrevious());
      } else if (kind < 9 || depth == 0) {
        operations.add(read(revision));
      } else {
        operations.add(transaction(revision, depth - 1));
      }
    }
    return operations;
  }

  private Put put() {
    Put put =
        random.nextInt(6) == 0
            ? Put.keepingValue(key())
            : Put.of(key(), Bytes.utf8(random.nextInt(9) == 0 ? "" : "v" + ++values));
    int attachment = random.nextInt(8);
    if (attachment < 3) {
      put = put.withLease(lease());
    } else if (attachment == 3) {
      put = put.keepingLease();
    }
    return random.nextBoolean() ? put : put.returningPrevious();
  }

  Read read(long revision) {
    Read read = Read.of(range());
    if (random.nextInt(3) == 0) {
      long back = (long) (random.nextDouble() * random.nextDouble() * 150) - 1;
      read = read.at(Revision.of(revision - back));
    }
    if (random.nextInt(3) == 0) {
      read = read.limitedTo(random.nextInt(keys) - 1L);
    }
    if (random.nextInt(3) == 0) {
      read = read.orderedBy(any(Read.SortTarget.values()), any(Read.Direction.values()));
    }
    if (random.nextInt(4) == 0) {
      read =
          read.filteredBy(
              new Read.Filter(bound(revision), bound(revision), bound(revision), bound(revision)));
    }
    return switch (random.nextInt(4)) {
      case 0 -> read.keysOnly();
      case 1 -> read.countOnly();
      default -> read;
    };
  }

  private Revision bound(long revision) {
    return random.nextBoolean() ? Revision.ZERO : Revision.of(revision - random.nextInt(40) + 5);
  }

  private Condition condition(long revision) {
    Relation relation = any(Relation.values());
    return switch (random.nextInt(5)) {
      case 0 ->
          new Condition.Value(range(), relation, Bytes.utf8("v" + random.nextInt(values + 1)));
      case 1 -> new Condition.Version(range(), relation, random.nextInt(3));
      case 2 -> new Condition.Created(range(), relation, bound(revision));
      case 3 -> new Condition.Modified(range(), relation, bound(revision));
      default ->
          new Condition.Lease(range(), relation, random.nextBoolean() ? LeaseId.NONE : lease());
    };
  }

  private KeyRange range() {
    return switch (random.nextInt(8)) {
      case 0 -> KeyRange.all();
      case 1 -> KeyRange.from(key());
      case 2, 3 -> KeyRange.between(key(), key());
      default -> KeyRange.single(key());
    };
  }

  private Key key() {
    int i = random.nextInt(keys);
    return i % 5 == 0 ? Key.of((byte) 0xf0, (byte) i) : Key.of((byte) 'k', (byte) i);
  }

  private LeaseId lease() {
    return LeaseId.of(random.nextInt(6) - 7L + (random.nextBoolean() ? 8 : 0));
  }

  private <T> T any(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }
}

package dev.plinth.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** That copies have the digest of their original is in {@code MvccStateMachineTest}. */
final class KeyspaceDigestTest {
  private static final int KEYS = 500;

  private static Keyspace after(Keyspace keyspace, Consumer<KeyspaceEdit> change) {
    KeyspaceEdit edit = keyspace.edit();
    change.accept(edit);
    return edit.finish();
  }

  private static void put(KeyspaceEdit edit, String key, String value) {
    assertThat(edit.put(Key.utf8(key), Bytes.utf8(value))).isEqualTo(edit.revision());
  }

  private static Keyspace sample() {
    return after(
        Keyspace.empty(),
        edit -> {
          assertThat(edit.grant(LeaseId.of(7), Duration.ofSeconds(5)).generation()).isEqualTo(1);
          for (int i = 0; i < KEYS; i++) {
            put(edit, "k" + i, "v" + i);
          }
        });
  }

  @Test
  void theSameCommandsGiveTheSameDigestAlsoWhenItWasAskedForBetweenThem() {
    Keyspace asked = Keyspace.empty();
    Set<String> digests = new HashSet<>();
    asked = after(asked, edit -> edit.grant(LeaseId.of(7), Duration.ofSeconds(5)).keys());
    for (int i = 0; i < KEYS; i++) {
      int number = i;
      asked = after(asked, edit -> put(edit, "k" + number, "v" + number));
      assertThat(digests.add(asked.digest())).isTrue();
    }
    assertThat(asked.digest()).isEqualTo(sample().digest());
    assertThat(asked.sizeBytes()).isEqualTo(sample().sizeBytes());
  }

  @Test
  void everyDifferenceChangesTheDigest() {
    Keyspace sample = sample();
    Set<String> digests = new HashSet<>();
    assertThat(digests.add(sample.digest())).isTrue();
    Consumer<KeyspaceEdit> detach = edit -> put(edit, "k1", "v1");
    Consumer<KeyspaceEdit> attach =
        edit -> commit(edit, Put.of(Key.utf8("k1"), Bytes.utf8("v1")).withLease(LeaseId.of(7)));
    Consumer<KeyspaceEdit> delete = edit -> commit(edit, Delete.of(Key.utf8("k1")));
    Consumer<KeyspaceEdit> value = edit -> put(edit, "k1", "v2");
    Consumer<KeyspaceEdit> otherKey = edit -> put(edit, "k2", "v1");
    Consumer<KeyspaceEdit> zeroBytes = edit -> put(edit, "k1", "v1\0");
    Consumer<KeyspaceEdit> compact = edit -> edit.compact(Revision.of(3));
    Consumer<KeyspaceEdit> grant = edit -> edit.grant(LeaseId.of(8), Duration.ofSeconds(5)).keys();
    Consumer<KeyspaceEdit> longer = edit -> edit.grant(LeaseId.of(8), Duration.ofSeconds(6)).keys();
    Consumer<KeyspaceEdit> revoke = edit -> edit.revoke(LeaseId.of(7)).value();
    for (Consumer<KeyspaceEdit> change :
        List.of(
            detach, attach, delete, value, otherKey, zeroBytes, compact, grant, longer, revoke)) {
      assertThat(digests.add(after(sample, change).digest())).isTrue();
    }
  }

  private static void commit(KeyspaceEdit edit, Operation operation) {
    assertThat(edit.commit(Transaction.of(operation)).outcomes()).hasSize(1);
  }
}

package dev.plinth.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The state machine against the naive one, with random commands; a seed repeats a run. */
final class MvccStateMachineTest {
  private static final int STEPS = 1_200;

  static LongStream seeds() {
    return LongStream.concat(
        LongStream.rangeClosed(1, 12),
        LongStream.of(Long.getLong("plinth.seed", System.nanoTime())));
  }

  /** What is compared at the end of each step is kept, to see that it never changes later. */
  private record Kept(Keyspace keyspace, NavigableMap<Key, Entry> data, String digest) {}

  @ParameterizedTest
  @MethodSource("seeds")
  void doesWhatTheNaiveOneDoes(long seed, TestReporter reporter) throws IOException {
    reporter.publishEntry("seed", Long.toString(seed));
    RandomCommands commands = new RandomCommands(seed, seed % 3 == 0 ? 60 : 12);
    NaiveKeyspace model = new NaiveKeyspace();
    Keyspace keyspace = Keyspace.empty();
    List<Kept> kept = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      String where = "seed " + seed + ", step " + step;
      Keyspace before = keyspace;
      Command command = commands.next(model.revision());
      Object expected = outcome(() -> model.apply(command));
      MvccStateMachine.Applied[] applied = new MvccStateMachine.Applied[1];
      Object actual =
          outcome(() -> {
            applied[0] = MvccStateMachine.apply(before, command);
            return applied[0].answer() instanceof MvccStateMachine.Committed committed
                ? committed.commit()
                : applied[0].answer().revision();
          });
      assertThat(actual).as("%s: %s", where, command).isEqualTo(expected);
      keyspace = applied[0] == null ? before : applied[0].next();
      compare(where, keyspace, model);
      Read read = commands.read(model.revision());
      Keyspace after = keyspace;
      assertThat(outcome(() -> after.read(read)))
          .as("%s: %s", where, read)
          .isEqualTo(outcome(() -> model.read(read)));
      if (step % 100 == 0) {
        kept.add(new Kept(keyspace, model.at(model.revision()), keyspace.digest()));
        compareHistory(where, keyspace, model);
        keyspace = copy(keyspace);
        compareHistory(where + ", copied", keyspace, model);
        assertThat(keyspace.digest()).as(where).isEqualTo(kept.getLast().digest());
      }
    }
    for (Kept old : kept) {
      assertThat(all(old.keyspace()).entries())
          .as("seed %d", seed)
          .containsExactlyElementsOf(old.data().values());
      assertThat(old.keyspace().digest()).isEqualTo(old.digest());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void manyCommandsInOneEditAreTheSameAsOneByOne(long seed, TestReporter reporter) {
    reporter.publishEntry("seed", Long.toString(seed));
    RandomCommands commands = new RandomCommands(seed, 40);
    NaiveKeyspace model = new NaiveKeyspace();
    Keyspace keyspace = Keyspace.empty();
    for (int batch = 0; batch < 40; batch++) {
      String where = "seed " + seed + ", batch " + batch;
      Keyspace before = keyspace;
      String digest = before.digest();
      KeyspaceEdit edit = keyspace.edit();
      for (int i = commands.random().nextInt(100); i >= 0; i--) {
        Command command = commands.next(model.revision());
        Object expected = outcome(() -> model.apply(command));
        assertThat(outcome(() -> apply(edit, command)))
            .as("%s: %s", where, command)
            .isEqualTo(expected);
      }
      keyspace = edit.finish();
      compare(where, keyspace, model);
      compareHistory(where, keyspace, model);
      assertThat(before.digest()).as(where).isEqualTo(digest);
    }
  }

  private static Object apply(KeyspaceEdit edit, Command command) {
    return switch (command) {
      case Command.Write write -> edit.commit(write.transaction());
      case Command.Grant grant -> {
        LeaseRecord unused = edit.grant(grant.id(), grant.ttl());
        yield edit.revision();
      }
      case Command.Revoke revoke -> edit.revoke(revoke.id());
      case Command.Expire expire ->
          edit.lease(expire.id()).map(LeaseRecord::generation).orElse(0L) == expire.generation()
              ? edit.revoke(expire.id())
              : edit.revision();
      case Command.Compact compact -> {
        edit.compact(compact.oldest());
        yield edit.revision();
      }
    };
  }

  @Test
  void compactionFreesHistory() {
    Keyspace keyspace = Keyspace.empty();
    KeyspaceEdit edit = keyspace.edit();
    for (int i = 0; i < 20_000; i++) {
      Revision unused = edit.put(Key.utf8("k" + i % 10), Bytes.utf8("v" + i));
    }
    keyspace = edit.finish();
    long before = keyspace.sizeBytes();
    assertThat(keyspace.historyRevisions()).isEqualTo(20_000);
    edit = keyspace.edit();
    edit.compact(Revision.of(19_990));
    keyspace = edit.finish();
    assertThat(keyspace.historyRevisions()).isEqualTo(11);
    assertThat(keyspace.sizeBytes()).isLessThan(before / 50);
  }

  private static Slice all(Keyspace keyspace) {
    return keyspace.read(Read.of(KeyRange.all()));
  }

  private static Keyspace copy(Keyspace keyspace) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KeyspaceSnapshot.write(keyspace, out);
    return KeyspaceSnapshot.read(ByteBuffer.wrap(out.toByteArray()));
  }

  /** The result, or the error as a comparable text. */
  private static Object outcome(Supplier<Object> action) {
    try {
      return action.get();
    } catch (StoreException refused) {
      return refused.getClass().getSimpleName() + ": " + refused.getMessage();
    }
  }

  private static void compare(String where, Keyspace keyspace, NaiveKeyspace model) {
    assertThat(keyspace.revision().value()).as(where).isEqualTo(model.revision());
    assertThat(keyspace.compacted().value()).as(where).isEqualTo(Math.max(0, model.compacted()));
    NavigableMap<Key, Entry> data = model.at(model.revision());
    assertThat(keyspace.keys()).as(where).isEqualTo(data.size());
    assertThat(all(keyspace).entries()).as(where).containsExactlyElementsOf(data.values());
    assertThat(keyspace.leases())
        .as(where)
        .extracting(LeaseRecord::id)
        .containsExactlyElementsOf(model.leases().keySet());
    for (LeaseRecord lease : keyspace.leases()) {
      LeaseId id = lease.id();
      NaiveKeyspace.Lease expected = Objects.requireNonNull(model.leases().get(id));
      assertThat(lease.ttl()).as(where).isEqualTo(expected.ttl());
      assertThat(lease.generation()).as(where).isEqualTo(expected.generation());
      assertThat(lease.keys()).as(where).isEqualTo(model.keysOf(id));
    }
  }

  private static void compareHistory(String where, Keyspace keyspace, NaiveKeyspace model) {
    long oldest = Math.max(1, model.compacted());
    for (long revision = oldest; revision <= model.revision(); revision++) {
      Read past = Read.of(KeyRange.all()).at(Revision.of(revision));
      assertThat(keyspace.read(past).entries())
          .as("%s, revision %d", where, revision)
          .containsExactlyElementsOf(model.at(revision).values());
    }
    List<Change> expected = new ArrayList<>();
    for (long revision = oldest; revision <= model.revision(); revision++) {
      expected.addAll(model.changesAt(revision));
    }
    List<Change> actual = new ArrayList<>();
    boolean complete =
        keyspace.forEachRevision(
            Revision.of(oldest),
            revised -> {
              for (int i = 0; i < revised.size(); i++) {
                actual.add(revised.mutation(i).change(true));
              }
              return true;
            });
    assertThat(complete).isTrue();
    assertThat(actual).as(where).isEqualTo(expected);
  }
}

package dev.plinth.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Put;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Transaction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * What random keyspaces become on the way through a snapshot is in {@code MvccStateMachineTest}.
 */
final class KeyspaceSnapshotTest {
  private static Keyspace sample() {
    KeyspaceEdit edit = Keyspace.empty().edit();
    LeaseRecord lease = edit.grant(LeaseId.of(-5), Duration.ofSeconds(9));
    for (int i = 0; i < 200; i++) {
      Revision revision = edit.put(Key.utf8("k" + i % 50), Bytes.utf8("value " + i));
      assertThat(revision).isEqualTo(Revision.of(i + 2));
    }
    assertThat(
            edit.commit(
                    Transaction.of(
                        Put.of(Key.utf8("leased"), Bytes.EMPTY).withLease(lease.id()),
                        Delete.of(Key.utf8("k7"))))
                .conditionsHeld())
        .isTrue();
    edit.compact(Revision.of(90));
    return edit.finish();
  }

  private static byte[] written(Keyspace keyspace) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KeyspaceSnapshot.write(keyspace, out);
    return out.toByteArray();
  }

  private static Keyspace read(byte[] bytes) throws IOException {
    return KeyspaceSnapshot.read(ByteBuffer.wrap(bytes));
  }

  @Test
  void whatIsReadGoesOnLikeWhatWasWritten() throws IOException {
    Keyspace original = sample();
    Keyspace copy = read(written(original));
    assertThat(copy.digest()).isEqualTo(original.digest());
    assertThat(copy.sizeBytes()).isLessThanOrEqualTo(original.sizeBytes());
    Command revoke = new Command.Revoke(LeaseId.of(-5));
    assertThat(MvccStateMachine.apply(copy, revoke).next().digest())
        .isEqualTo(MvccStateMachine.apply(original, revoke).next().digest());
  }

  @Test
  void theSameKeyspaceIsAlwaysWrittenTheSame() throws IOException {
    assertThat(written(sample())).isEqualTo(written(sample()));
    assertThat(written(read(written(sample())))).isEqualTo(written(sample()));
  }

  @Test
  void whatIsAroundTheSnapshotIsLeftAlone() throws IOException {
    byte[] bytes = written(sample());
    ByteBuffer in = ByteBuffer.allocate(bytes.length + 5).order(ByteOrder.LITTLE_ENDIAN);
    in.position(2).put(bytes).position(2);
    assertThat(KeyspaceSnapshot.read(in).digest()).isEqualTo(sample().digest());
    assertThat(in.remaining()).isEqualTo(3);
    in.put(20, (byte) 99).position(2);
    assertThatThrownBy(() -> KeyspaceSnapshot.read(in)).isInstanceOf(SnapshotFormatException.class);
    assertThat(in.position()).isEqualTo(2);
  }

  @Test
  void aSnapshotThatIsCutOffAnywhereIsRefused() throws IOException {
    byte[] bytes = written(sample());
    for (int length = 0; length < bytes.length; length += length < 100 ? 1 : 37) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(cut))
          .isInstanceOf(SnapshotFormatException.class)
          .hasMessageContaining("cut off");
    }
  }

  @Test
  void anyFlippedBitIsNoticed() throws IOException {
    byte[] bytes = written(sample());
    for (int at = 0; at < bytes.length; at += at < 200 ? 1 : 13) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      assertThatThrownBy(() -> read(damaged))
          .as("byte %d", at)
          .isInstanceOf(SnapshotFormatException.class);
    }
  }

  @Test
  void anUnknownVersionIsNamed() throws IOException {
    byte[] bytes = written(sample());
    bytes[4] = 9;
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(SnapshotFormatException.class)
        .hasMessageContaining("version 9");
  }
}

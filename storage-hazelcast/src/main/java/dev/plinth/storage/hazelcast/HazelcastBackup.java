package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.StreamSerializer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Does on another replica what the owner did, if that replica is where the owner was before (H4).
 * Without steps it only verifies that the replica is where the owner is, for which the replica
 * follows nobody else for a while (H8).
 *
 * <p>Whatever is thrown here keeps the owner from being answered, so its caller is not told that
 * the batch is safe.
 *
 * <p>One thread.
 */
@SuppressWarnings("serial") // written by its own serializer
final class HazelcastBackup
    implements EntryProcessor<String, HazelcastState, Object>, HazelcastInstanceAware {
  private static final int VERSION = 4;

  private final HazelcastState.Position before;
  private final Optional<HazelcastState.Position> acknowledged;
  private final UUID owner;
  private final BatchMode mode;
  private final UUID client;
  private final long sequence;
  private final List<byte[]> steps;
  private @Nullable HazelcastInstance instance;

  /**
   * What the owner did.
   *
   * @param before where the owner was before the steps
   * @param acknowledged how far that is acknowledged, as the owner knows
   * @param owner which member that is
   * @param mode for what kind of batch
   * @param client who sent that
   * @param sequence its number
   * @param steps what it applied, encoded
   */
  HazelcastBackup(
      HazelcastState.Position before,
      Optional<HazelcastState.Position> acknowledged,
      UUID owner,
      BatchMode mode,
      UUID client,
      long sequence,
      List<byte[]> steps) {
    this.before = before;
    this.acknowledged = acknowledged;
    this.owner = owner;
    this.mode = mode;
    this.client = client;
    this.sequence = sequence;
    this.steps = steps;
  }

  @Override
  public void setHazelcastInstance(HazelcastInstance local) {
    instance = local;
  }

  @Override
  public @Nullable Object process(Map.Entry<String, HazelcastState> entry) {
    HazelcastInstance local = instance;
    HazelcastNode node = local == null ? null : HazelcastNode.of(local).orElse(null);
    if (node != null) {
      node.promises().await(entry.getKey(), owner);
      node.owner(entry.getKey()).follows();
      acknowledged.ifPresent(node.acknowledgements()::note);
    }
    HazelcastState state = entry.getValue();
    if (state == null || !state.incarnation().equals(before.incarnation())) {
      throw behind(
          local, node, entry.getKey(), "does not hold the data of " + before.incarnation());
    }
    boolean due = state.position().equals(before);
    if (!due && !isDone(state)) {
      if (before.isOvertakenBy(state.position())) {
        // To take its state would undo what a later owner said is safe.
        throw new HazelcastException(
            "this replica of " + entry.getKey() + " follows another owner than " + owner);
      }
      throw behind(
          local,
          node,
          entry.getKey(),
          "is at " + state.index() + ", its owner was at " + before.index());
    }
    if (node != null && !node.acknowledgements().areIn(state)) {
      throw new HazelcastException(
          "the owner of " + entry.getKey() + " lacks what was acknowledged, as this replica knows");
    }
    if (!due) {
      return null;
    }
    if (node != null) {
      node.copies().arrived(entry.getKey());
    }
    HazelcastState next = state;
    if (!steps.isEmpty()) {
      StateEdit edit = state.edit();
      for (byte[] step : steps) {
        if (!(RequestCodec.decode(step) instanceof Request.Step known)) {
          throw new HazelcastException("an owner sent what is no step");
        }
        Answer unused = edit.apply(known);
      }
      next = edit.finish();
      entry.setValue(next);
    }
    if (node != null) {
      node.holds(next);
      if (mode == BatchMode.READS) {
        node.promises().give(entry.getKey(), owner);
        node.offer(client, sequence, next);
      }
    }
    return null;
  }

  /** Whether this is where the steps lead to: Hazelcast sends a backup again that may have come. */
  private boolean isDone(HazelcastState state) {
    return mode == BatchMode.WRITES
        && state.index() == before.index() + steps.size()
        && state.owner().equals(Optional.of(owner))
        && state.hasSeen(client, sequence);
  }

  /** What is refused here is not repeated; only a copy of the owner's state helps. */
  private static HazelcastException behind(
      @Nullable HazelcastInstance local,
      @Nullable HazelcastNode node,
      String keyspace,
      String what) {
    if (local != null && node != null) {
      HazelcastReplicas.requestCopy(local, keyspace, node.copies().isLost(keyspace));
    }
    return new HazelcastException("this replica of " + keyspace + " " + what);
  }

  @Override
  public @Nullable EntryProcessor<String, HazelcastState, Object> getBackupProcessor() {
    return null;
  }

  /** Writes and reads a backup. Stateless. */
  static final class Serializer implements StreamSerializer<HazelcastBackup> {
    @Override
    public int getTypeId() {
      return HazelcastFormat.BACKUP;
    }

    @Override
    public void write(ObjectDataOutput out, HazelcastBackup backup) throws IOException {
      WireWriter wire = new WireWriter();
      wire.octet(VERSION);
      backup.before.write(wire);
      wire.optional(backup.acknowledged, position -> position.write(wire));
      wire.uuid(backup.owner);
      wire.constant(backup.mode);
      wire.uuid(backup.client);
      wire.number(backup.sequence);
      wire.all(backup.steps, wire::bytes);
      out.writeByteArray(wire.toArray());
    }

    @Override
    public HazelcastBackup read(ObjectDataInput in) throws IOException {
      WireReader wire = HazelcastFormat.reader(in, "backup", VERSION);
      HazelcastState.Position before = HazelcastState.Position.read(wire);
      Optional<HazelcastState.Position> acknowledged =
          wire.optional(() -> HazelcastState.Position.read(wire));
      UUID owner = wire.uuid();
      BatchMode mode = BatchMode.of(wire.octet());
      UUID client = wire.uuid();
      long sequence = wire.number();
      return new HazelcastBackup(
          before, acknowledged, owner, mode, client, sequence, wire.all(wire::array));
    }
  }
}

package dev.plinth.storage.hazelcast;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.StreamSerializer;
import dev.plinth.spi.Bytes;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.KeyspaceSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A whole state as bytes, for a member that becomes a replica.
 *
 * <p>When an owner has gone, Hazelcast sends the data of the new one also to members that have it,
 * and nobody is served until it is read. Such a member goes on with what it holds: two states at
 * the same position are the same (H4). Only replicas are asked for that, which take no step that
 * its owner does not have.
 *
 * <p>Thread-safe.
 */
final class HazelcastStateSerializer implements StreamSerializer<HazelcastState> {
  private static final int VERSION = 3;

  private final HazelcastNode node;

  HazelcastStateSerializer(HazelcastNode node) {
    this.node = node;
  }

  @Override
  public int getTypeId() {
    return HazelcastFormat.STATE;
  }

  @Override
  public void write(ObjectDataOutput out, HazelcastState state) throws IOException {
    WireWriter head = new WireWriter();
    head.octet(VERSION);
    head.uuid(state.incarnation());
    head.number(state.index());
    head.all(state.terms(), term -> term.write(head));
    head.optional(
        node.acknowledgements().last(state.incarnation()), position -> position.write(head));
    head.all(
        state.clients().entrySet(),
        client -> {
          head.uuid(client.getKey());
          head.number(client.getValue().sequence());
          head.number(client.getValue().index());
          head.optional(client.getValue().answers(), head::bytes);
        });
    out.writeByteArray(head.toArray());
    ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    KeyspaceSnapshot.write(state.keyspace(), snapshot);
    out.writeByteArray(snapshot.toByteArray());
  }

  @Override
  public HazelcastState read(ObjectDataInput in) throws IOException {
    WireReader head = HazelcastFormat.reader(in, "state", VERSION);
    UUID incarnation = head.uuid();
    long index = head.number();
    List<HazelcastState.Term> terms = head.all(() -> HazelcastState.Term.read(head));
    Optional<HazelcastState.Position> acknowledged =
        head.optional(() -> HazelcastState.Position.read(head));
    acknowledged.ifPresent(node.acknowledgements()::note);
    Optional<HazelcastState> held = node.held(HazelcastState.position(incarnation, index, terms));
    if (held.isPresent()) {
      int unused = in.skipBytes(in.readInt());
      return held.get();
    }
    Map<UUID, HazelcastState.Remembered> clients = new HashMap<>();
    int count = head.count();
    for (int i = 0; i < count; i++) {
      UUID client = head.uuid();
      long sequence = head.number();
      long at = head.number();
      Optional<Bytes> answers = head.optional(head::bytes);
      clients.put(client, new HazelcastState.Remembered(sequence, at, answers));
    }
    Keyspace keyspace = KeyspaceSnapshot.read(ByteBuffer.wrap(HazelcastFormat.array(in)));
    return new HazelcastState(incarnation, index, terms, keyspace, clients);
  }
}

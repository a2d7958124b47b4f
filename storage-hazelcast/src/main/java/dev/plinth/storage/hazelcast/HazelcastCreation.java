package dev.plinth.storage.hazelcast;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.StreamSerializer;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;

/**
 * Creates a keyspace if there is none; the only thing that ever does (H11). Whoever sends it knows
 * that there has been none, and not that one was lost.
 *
 * <p>The answer is the incarnation that there is afterwards.
 *
 * @param incarnation what to call the new data
 */
@SuppressWarnings("serial") // written by its own serializer
record HazelcastCreation(UUID incarnation) implements EntryProcessor<String, HazelcastState, UUID> {
  private static final int VERSION = 1;

  @Override
  public UUID process(Map.Entry<String, HazelcastState> entry) {
    HazelcastState there = entry.getValue();
    if (there != null) {
      return there.incarnation();
    }
    entry.setValue(HazelcastState.create(incarnation));
    return incarnation;
  }

  /** Writes and reads a creation. Stateless. */
  static final class Serializer implements StreamSerializer<HazelcastCreation> {
    @Override
    public int getTypeId() {
      return HazelcastFormat.CREATION;
    }

    @Override
    public void write(ObjectDataOutput out, HazelcastCreation creation) throws IOException {
      WireWriter wire = new WireWriter();
      wire.octet(VERSION);
      wire.uuid(creation.incarnation);
      out.writeByteArray(wire.toArray());
    }

    @Override
    public HazelcastCreation read(ObjectDataInput in) throws IOException {
      WireReader wire = HazelcastFormat.reader(in, "creation", VERSION);
      return new HazelcastCreation(wire.uuid());
    }
  }
}

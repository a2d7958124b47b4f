package dev.plinth.storage.hazelcast;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.StreamSerializer;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * What a member held when it gave that up to join others: it takes the place of theirs if that
 * lacks what was acknowledged (H12). Otherwise nothing changes, nor is data made where there is
 * none (H4).
 *
 * <p>The answer is whether what was acknowledged is there now, or the data is other data.
 *
 * @param acknowledged how far the data is acknowledged
 * @param state that has all of it; nothing to ask only whether it is needed
 */
@SuppressWarnings("serial") // written by its own serializer
record HazelcastOffer(HazelcastState.Position acknowledged, Optional<HazelcastState> state)
    implements EntryProcessor<String, HazelcastState, Boolean> {
  private static final int VERSION = 1;

  @Override
  public Boolean process(Map.Entry<String, HazelcastState> entry) {
    HazelcastState there = entry.getValue();
    if (there == null) {
      return false;
    }
    boolean lacking =
        there.incarnation().equals(acknowledged.incarnation()) && !there.continues(acknowledged);
    if (lacking) {
      state.ifPresent(entry::setValue);
    }
    return !lacking || state.isPresent();
  }

  /** Writes and reads an offer. Stateless. */
  static final class Serializer implements StreamSerializer<HazelcastOffer> {
    @Override
    public int getTypeId() {
      return HazelcastFormat.OFFER;
    }

    @Override
    public void write(ObjectDataOutput out, HazelcastOffer offer) throws IOException {
      WireWriter wire = new WireWriter();
      wire.octet(VERSION);
      offer.acknowledged.write(wire);
      out.writeByteArray(wire.toArray());
      out.writeObject(offer.state.orElse(null));
    }

    @Override
    public HazelcastOffer read(ObjectDataInput in) throws IOException {
      WireReader wire = new WireReader(HazelcastFormat.array(in));
      int version = wire.octet();
      if (version != VERSION) {
        throw WireReader.unknown("offer", version);
      }
      HazelcastState.Position acknowledged = HazelcastState.Position.read(wire);
      return new HazelcastOffer(acknowledged, Optional.ofNullable(in.readObject()));
    }
  }
}

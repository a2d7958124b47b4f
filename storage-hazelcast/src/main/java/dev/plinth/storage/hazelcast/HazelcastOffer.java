package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.StreamSerializer;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a member held when it gave that up to join others: it takes the place of theirs if that is
 * lost or lacks what was acknowledged (H12). Otherwise nothing changes.
 *
 * <p>The answer is whether nothing is missing, or the data is other data. That all replicas have it
 * is certain only when it is said again.
 *
 * <p>One thread.
 */
@SuppressWarnings("serial") // written by its own serializer
final class HazelcastOffer
    implements EntryProcessor<String, HazelcastState, Boolean>, HazelcastInstanceAware {
  private static final int VERSION = 1;

  private final HazelcastState.Position acknowledged;
  private final Optional<HazelcastState> state;
  private @Nullable HazelcastInstance instance;

  /**
   * Makes an offer.
   *
   * @param acknowledged how far the data is acknowledged
   * @param state that has all of it; nothing to ask only whether it is needed
   */
  HazelcastOffer(HazelcastState.Position acknowledged, Optional<HazelcastState> state) {
    this.acknowledged = acknowledged;
    this.state = state;
  }

  @Override
  public void setHazelcastInstance(HazelcastInstance local) {
    instance = local;
  }

  @Override
  public Boolean process(Map.Entry<String, HazelcastState> entry) {
    HazelcastInstance local = instance;
    HazelcastNode node = local == null ? null : HazelcastNode.of(local).orElse(null);
    if (node == null) {
      return false;
    }
    Acknowledgements known = node.acknowledgements();
    known.note(acknowledged);
    HazelcastState there = entry.getValue();
    if (there != null
        && (!there.incarnation().equals(acknowledged.incarnation()) || known.areIn(there))) {
      return true;
    }
    state
        .filter(known::areIn)
        .ifPresent(offered -> {
          // It is no new data: nothing is created (H11).
          entry.setValue(offered);
          node.owner(entry.getKey()).follows();
        });
    return false;
  }

  /** The same on each replica; a question concerns the owner only. */
  @Override
  public @Nullable EntryProcessor<String, HazelcastState, Boolean> getBackupProcessor() {
    return state.isPresent() ? this : null;
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

package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastException;
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
 * <p>The answer is whether nothing is missing, or the data is other data; what was offered is then
 * with all replicas that live.
 *
 * <p>One thread.
 */
@SuppressWarnings("serial") // written by its own serializer
final class HazelcastOffer
    implements EntryProcessor<String, HazelcastState, Boolean>, HazelcastInstanceAware {
  private static final int VERSION = 1;

  private final HazelcastState.Position acknowledged;
  private final Optional<HazelcastState> state;
  private final boolean forReplicas;
  private @Nullable HazelcastInstance instance;

  /**
   * Makes an offer.
   *
   * @param acknowledged how far the data is acknowledged
   * @param state that has all of it; nothing to ask only whether it is needed
   */
  HazelcastOffer(HazelcastState.Position acknowledged, Optional<HazelcastState> state) {
    this(acknowledged, state, false);
  }

  private HazelcastOffer(
      HazelcastState.Position acknowledged, Optional<HazelcastState> state, boolean forReplicas) {
    this.acknowledged = acknowledged;
    this.state = state;
    this.forReplicas = forReplicas;
  }

  @Override
  public void setHazelcastInstance(HazelcastInstance local) {
    instance = local;
  }

  @Override
  public Boolean process(Map.Entry<String, HazelcastState> entry) {
    HazelcastInstance local = instance;
    HazelcastNode node = local == null ? null : HazelcastNode.of(local).orElse(null);
    boolean there = node != null && isThere(entry, node);
    if (!there && forReplicas) {
      // Or it would count as one that has it.
      throw new HazelcastException("this replica could not take what was offered");
    }
    return there;
  }

  private boolean isThere(Map.Entry<String, HazelcastState> entry, HazelcastNode node) {
    Acknowledgements known = node.acknowledgements();
    known.note(acknowledged);
    HazelcastState found = entry.getValue();
    if (found != null
        && (!found.incarnation().equals(acknowledged.incarnation()) || known.areIn(found))) {
      return true;
    }
    Optional<HazelcastState> better = state.filter(known::areIn);
    better.ifPresent(offered -> {
      // It is no new data: nothing is created (H11).
      entry.setValue(offered);
      node.owner(entry.getKey()).follows();
    });
    return better.isPresent();
  }

  /** The same on each replica; a question concerns the owner only. */
  @Override
  public @Nullable EntryProcessor<String, HazelcastState, Boolean> getBackupProcessor() {
    return state.isPresent() ? new HazelcastOffer(acknowledged, state, true) : null;
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
      wire.flag(offer.forReplicas);
      out.writeByteArray(wire.toArray());
      out.writeObject(offer.state.orElse(null));
    }

    @Override
    public HazelcastOffer read(ObjectDataInput in) throws IOException {
      WireReader wire = HazelcastFormat.reader(in, "offer", VERSION);
      HazelcastState.Position acknowledged = HazelcastState.Position.read(wire);
      boolean forReplicas = wire.flag();
      return new HazelcastOffer(acknowledged, Optional.ofNullable(in.readObject()), forReplicas);
    }
  }
}

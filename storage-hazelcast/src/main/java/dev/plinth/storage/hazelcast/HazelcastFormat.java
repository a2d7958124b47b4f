package dev.plinth.storage.hazelcast;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.config.SerializerConfig;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.serialization.StreamSerializer;
import java.io.IOException;

/** What members send each other that is ours, and how it is written. Stateless. */
final class HazelcastFormat {
  /** Numbers that no other serializer of the cluster may have. */
  static final int STATE = 0x504c01;

  static final int BATCH = 0x504c02;
  static final int BACKUP = 0x504c03;
  static final int CREATION = 0x504c04;
  static final int OFFER = 0x504c05;

  private HazelcastFormat() {}

  /** Makes a member understand what the stores on other members send. */
  static void register(HazelcastNode node, SerializationConfig serialization) {
    add(HazelcastState.class, new HazelcastStateSerializer(node), serialization);
    add(HazelcastBatch.class, new HazelcastBatch.Serializer(), serialization);
    add(HazelcastBackup.class, new HazelcastBackup.Serializer(), serialization);
    add(HazelcastCreation.class, new HazelcastCreation.Serializer(), serialization);
    add(HazelcastOffer.class, new HazelcastOffer.Serializer(), serialization);
  }

  private static <T> void add(
      Class<T> type, StreamSerializer<T> serializer, SerializationConfig serialization) {
    serialization.addSerializerConfig(
        new SerializerConfig().setTypeClass(type).setImplementation(serializer));
  }

  /**
   * Reads the part of a message that its first octet gives a version.
   *
   * @param what the message is, for people
   * @throws IllegalArgumentException if it has another version
   */
  static WireReader reader(ObjectDataInput in, String what, int version) throws IOException {
    WireReader wire = new WireReader(array(in));
    int sent = wire.octet();
    if (sent != version) {
      throw WireReader.unknown(what, sent);
    }
    return wire;
  }

  static byte[] array(ObjectDataInput in) throws IOException {
    byte[] content = in.readByteArray();
    if (content == null) {
      throw new IOException("a message between members is cut off");
    }
    return content;
  }
}

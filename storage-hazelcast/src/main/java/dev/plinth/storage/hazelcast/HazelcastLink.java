package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What one store knows of its keyspace: where it is, which data it was, and how far it has been
 * seen.
 *
 * <p>Thread-safe.
 */
final class HazelcastLink {
  private final String keyspace;
  private final StoreRuntime runtime;
  private final Duration callTimeout;
  private final HazelcastNode node;
  private final UUID client;
  private final AtomicReference<@Nullable UUID> incarnation = new AtomicReference<>();
  private final AtomicLong seen = new AtomicLong();
  private final OwnerReads ownerReads;
  private final HazelcastConfirmations confirmations = new HazelcastConfirmations();

  /** Another one once it was started again. */
  private volatile HazelcastInstance instance;

  HazelcastLink(
      HazelcastInstance instance,
      String keyspace,
      StoreRuntime runtime,
      Duration callTimeout,
      OwnerReads ownerReads,
      HazelcastNode node) {
    this.instance = instance;
    this.keyspace = keyspace;
    this.runtime = runtime;
    this.callTimeout = callTimeout;
    this.ownerReads = ownerReads;
    this.node = node;
    this.client = new UUID(runtime.random().nextLong(), runtime.random().nextLong());
  }

  /** The member that carries what is asked. */
  HazelcastInstance instance() {
    return instance;
  }

  /** Who owns the keyspace, as the member sees it. */
  Optional<Member> owner() {
    return Optional.ofNullable(instance.getPartitionService().getPartition(keyspace).getOwner());
  }

  /** Goes on with a member that was started in place of the one before. */
  void moveTo(HazelcastInstance started) {
    ownerReads.moveTo(HazelcastReplicas.ownedVersion(started, keyspace));
    instance = started;
  }

  IMap<String, HazelcastState> states() {
    return HazelcastMemberConfig.map(instance);
  }

  String keyspace() {
    return keyspace;
  }

  StoreRuntime runtime() {
    return runtime;
  }

  Duration callTimeout() {
    return callTimeout;
  }

  /** Returns which data it is, once an answer said so. */
  Optional<UUID> incarnation() {
    return Optional.ofNullable(incarnation.get());
  }

  /**
   * Takes what was seen for void: from now on every answer is that the data was replaced, before it
   * has any effect. Does nothing if nothing was seen.
   */
  void giveUp() {
    UUID unused =
        incarnation.updateAndGet(known ->
            // No data has this one, so every owner refuses it.
            known == null ? null : new UUID(0, known.getLeastSignificantBits()));
  }

  /** Who asks; no other does under this name. */
  UUID client() {
    return client;
  }

  HazelcastConfirmations confirmations() {
    return confirmations;
  }

  OwnerReads ownerReads() {
    return ownerReads;
  }

  /** Returns the newest state, if it is known without asking, and is of the data that was seen. */
  Optional<HazelcastState> known() {
    return ownerReads
        .state()
        .filter(state ->
            state.incarnation().equals(incarnation.get())
                && state.keyspace().revision().value() >= seen.get());
  }

  /** The highest revision that any answer had. */
  long seen() {
    return seen.get();
  }

  /** Sends a batch to the owner and waits for what it says, without a limit of its own. */
  byte[] send(BatchMode mode, long sequence, boolean again, List<byte[]> requests) {
    HazelcastInstance here = instance;
    Optional<UUID> known = Optional.ofNullable(incarnation.get());
    return HazelcastMemberConfig.map(here)
        .executeOnKey(
            keyspace,
            new HazelcastBatch(
                mode,
                here.getCluster().getLocalMember().getUuid(),
                known,
                known.flatMap(node.acknowledgements()::last),
                client,
                sequence,
                again,
                requests));
  }

  /**
   * Checks an answer that says that replicas confirmed it (H6). Hazelcast waits for those that it
   * sends a batch to, and sends none to a member that is gone by then: an owner that just found out
   * that it is alone would confirm what nobody else has. One that goes is not back within a call,
   * so those who are there now were there when the batch was sent.
   *
   * @throws HazelcastException if too few are there
   */
  void checkConfirmed() {
    node.guard().check(instance, keyspace);
  }

  /**
   * Takes note of an owner's beginning, which is said with the next batch.
   *
   * @throws IncarnationLostException if the data is not what was seen before (G40)
   */
  void note(BatchOutcome.Begun begun) {
    noteData(begun.position().incarnation());
    node.acknowledgements().note(begun.position());
  }

  /**
   * Takes note of an answer.
   *
   * @param before what {@link #seen} was when the batch was sent
   * @throws IncarnationLostException if the data is not what was seen before (G40)
   */
  void note(BatchOutcome.Served served, long before) {
    noteData(served.position().incarnation());
    if (served.revision().value() < before) {
      throw new IncarnationLostException(
          "the data of the store went back from revision " + before + " to " + served.revision());
    }
    node.acknowledgements().note(served.position());
    long unused = seen.accumulateAndGet(served.revision().value(), Math::max);
  }

  private void noteData(UUID data) {
    UUID known = incarnation.get();
    if (known == null) {
      boolean unused = incarnation.compareAndSet(null, data);
      known = incarnation.get();
    }
    if (!data.equals(known)) {
      throw new IncarnationLostException(
          "the data of the store was replaced: it was " + known + ", is " + data);
    }
  }
}

package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.StreamSerializer;
import dev.plinth.spi.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Requests of one client on their way to the owner of a keyspace, which carries them out one after
 * the other: the processor that all commands and reads travel in.
 *
 * <p>One thread at a time. The same object may be run again when it is sent again from the member
 * that is the owner itself, so {@link #process} begins by forgetting.
 */
@SuppressWarnings("serial") // written by its own serializer
final class HazelcastBatch
    implements EntryProcessor<String, HazelcastState, byte[]>, HazelcastInstanceAware {
  private static final int VERSION = 2;

  /** What is kept of the answers of a batch for a client that did not get them. */
  private static final int REMEMBERED_BYTES = 16 << 10;

  private final BatchMode mode;

  /** The member it was sent by, as that is called in its cluster: a merge gives it another name. */
  private final UUID sender;

  /** Which data the client knows; nothing if it knows none yet. */
  private final Optional<UUID> incarnation;

  /** How far that is acknowledged, as the client's member knows. */
  private final Optional<HazelcastState.Position> acknowledged;

  private final UUID client;
  private final long sequence;

  /** Whether it may have been carried out before. */
  private final boolean again;

  private final List<byte[]> requests;

  private @Nullable HazelcastInstance instance;
  private @Nullable HazelcastBackup backup;

  HazelcastBatch(
      BatchMode mode,
      UUID sender,
      Optional<UUID> incarnation,
      Optional<HazelcastState.Position> acknowledged,
      UUID client,
      long sequence,
      boolean again,
      List<byte[]> requests) {
    this.mode = mode;
    this.sender = sender;
    this.incarnation = incarnation;
    this.acknowledged = acknowledged;
    this.client = client;
    this.sequence = sequence;
    this.again = again;
    this.requests = requests;
  }

  @Override
  public void setHazelcastInstance(HazelcastInstance local) {
    instance = local;
  }

  @Override
  public byte[] process(Map.Entry<String, HazelcastState> entry) {
    backup = null;
    return outcome(entry).encode();
  }

  private BatchOutcome outcome(Map.Entry<String, HazelcastState> entry) {
    HazelcastInstance local = instance;
    HazelcastNode node = local == null ? null : HazelcastNode.of(local).orElse(null);
    if (local == null || node == null) {
      return new BatchOutcome.NotServed("the member that owns the data is not ready");
    }
    try {
      node.guard().check(local, entry.getKey());
    } catch (HazelcastException tooFew) {
      return new BatchOutcome.NotServed(String.valueOf(tooFew.getMessage()));
    }
    Set<UUID> members =
        local.getCluster().getMembers().stream()
            .map(Member::getUuid)
            .collect(Collectors.toUnmodifiableSet());
    if (!members.contains(sender)) {
      // Hazelcast itself sends again what was under way when two clusters became one (H12).
      return new BatchOutcome.NotServed("it was sent by a member of another cluster");
    }
    HazelcastState state = entry.getValue();
    if (state == null) {
      return incarnation.isEmpty()
          ? new BatchOutcome.NotServed("there is no data of the name " + entry.getKey())
          : new BatchOutcome.Lost("no member holds the data of " + entry.getKey());
    }
    if (incarnation.isPresent() && !incarnation.get().equals(state.incarnation())) {
      return new BatchOutcome.Lost(
          "the data was " + incarnation.get() + " and is " + state.incarnation());
    }
    acknowledged.ifPresent(node.acknowledgements()::note);
    if (!node.acknowledgements().areIn(state)) {
      return new BatchOutcome.NotServed(
          "the member that owns the data lacks what was acknowledged; one that has it must join");
    }
    return carriedOut(state, node, local.getCluster().getLocalMember().getUuid(), members, entry);
  }

  private List<byte[]> answers(BatchRun run) {
    List<byte[]> answers = new ArrayList<>(requests.size());
    for (byte[] request : requests) {
      answers.add(AnswerCodec.encode(run.answer(request)));
    }
    return answers;
  }

  private BatchOutcome carriedOut(
      HazelcastState state,
      HazelcastNode node,
      UUID member,
      Set<UUID> members,
      Map.Entry<String, HazelcastState> entry) {
    node.promises().await(entry.getKey(), member);
    node.copies().arrived(entry.getKey());
    KeyspaceOwner owner = node.owner(entry.getKey());
    BatchRun run = new BatchRun(state, owner);
    run.begin(state, member, members);
    boolean begun = node.acknowledgements().haveBegun(run.position());
    Optional<BatchOutcome> before =
        begun && mode == BatchMode.WRITES ? fromBefore(state) : Optional.empty();
    Bytes answers = begun && before.isEmpty() ? answered(run) : Bytes.EMPTY;
    HazelcastState next = run.finish();
    backup =
        new HazelcastBackup(
            state.position(),
            node.acknowledgements().last(state.incarnation()),
            member,
            mode,
            client,
            sequence,
            run.steps());
    if (run.hasSteps()) {
      entry.setValue(next);
    }
    run.settle();
    owner.reached(next);
    if (!begun) {
      return new BatchOutcome.Begun(next.position());
    }
    if (mode == BatchMode.READS) {
      node.offer(client, sequence, next);
    }
    return before.orElse(
        new BatchOutcome.Served(next.position(), next.keyspace().revision(), answers));
  }

  private Bytes answered(BatchRun run) {
    Bytes answers = BatchOutcome.join(answers(run));
    run.limitHistory();
    if (mode == BatchMode.WRITES) {
      run.remember(
          new Request.Remember(
              client,
              sequence,
              answers.size() <= REMEMBERED_BYTES ? Optional.of(answers) : Optional.empty()));
    }
    return answers;
  }

  /** What is to be said of a batch that must not be applied now. */
  private Optional<BatchOutcome> fromBefore(HazelcastState state) {
    HazelcastState.Remembered last = state.clients().get(client);
    if (last == null) {
      return again && (sequence > 1 || state.clients().size() >= StateEdit.CLIENTS)
          ? Optional.of(new BatchOutcome.Unknown("the batch was sent too long ago"))
          : Optional.empty();
    }
    if (last.sequence() < sequence) {
      return Optional.empty();
    }
    if (last.sequence() > sequence || last.answers().isEmpty()) {
      return Optional.of(new BatchOutcome.Unknown("the answer of the batch is not kept"));
    }
    return Optional.of(
        new BatchOutcome.Served(
            state.position(), state.keyspace().revision(), last.answers().get()));
  }

  /** The same with all that {@link #process} decided; a read that changes nothing has one too. */
  @Override
  @SuppressWarnings("unchecked") // the answer of a backup is not looked at
  public @Nullable EntryProcessor<String, HazelcastState, byte[]> getBackupProcessor() {
    return (EntryProcessor<String, HazelcastState, byte[]>) (EntryProcessor<?, ?, ?>) backup;
  }

  /** Writes and reads a batch. Stateless. */
  static final class Serializer implements StreamSerializer<HazelcastBatch> {
    @Override
    public int getTypeId() {
      return HazelcastFormat.BATCH;
    }

    @Override
    public void write(ObjectDataOutput out, HazelcastBatch batch) throws IOException {
      WireWriter wire = new WireWriter();
      wire.octet(VERSION);
      wire.constant(batch.mode);
      wire.uuid(batch.sender);
      wire.optional(batch.incarnation, wire::uuid);
      wire.optional(batch.acknowledged, position -> position.write(wire));
      wire.uuid(batch.client);
      wire.number(batch.sequence);
      wire.flag(batch.again);
      wire.all(batch.requests, wire::bytes);
      out.writeByteArray(wire.toArray());
    }

    @Override
    public HazelcastBatch read(ObjectDataInput in) throws IOException {
      WireReader wire = HazelcastFormat.reader(in, "batch", VERSION);
      BatchMode mode = BatchMode.of(wire.octet());
      UUID sender = wire.uuid();
      Optional<UUID> incarnation = wire.optional(wire::uuid);
      Optional<HazelcastState.Position> acknowledged =
          wire.optional(() -> HazelcastState.Position.read(wire));
      UUID client = wire.uuid();
      long sequence = wire.number();
      boolean again = wire.flag();
      return new HazelcastBatch(
          mode, sender, incarnation, acknowledged, client, sequence, again, wire.all(wire::array));
    }
  }
}

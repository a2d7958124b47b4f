package dev.plinth.storage.hazelcast;

import dev.plinth.spi.StoreRuntime;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers reads on the member that owns a keyspace without asking anybody: with a state that all
 * replicas have confirmed, for as long as they have promised to follow nobody else, and only while
 * nothing was written after it (H8).
 *
 * <p>Thread-safe; never blocks, but yields now and then.
 */
final class OwnerReads {
  /** Counted from before the question was sent, and less than promised: clocks differ in speed. */
  private static final long TIME = OwnerPromises.TIME.toNanos() * 8 / 10;

  /** So many answers take less time than one that has to be asked for. */
  private static final int TURN = 64;

  /**
   * What may be answered.
   *
   * @param state that was confirmed
   * @param replicas the version of the list of those who hold it
   * @param until when, by the runtime's clock
   */
  private record Permit(HazelcastState state, int replicas, long until) {}

  private final StoreRuntime runtime;
  private final KeyspaceOwner owner;

  /** The version of the list of replicas, or {@link HazelcastReplicas#NOT_OWNED}. */
  private volatile IntSupplier replicas;

  /** Roughly: threads may overwrite one another's count. */
  private int answered;

  private volatile @Nullable Permit permit;
  private volatile boolean closed;

  OwnerReads(StoreRuntime runtime, KeyspaceOwner owner, IntSupplier replicas) {
    this.runtime = runtime;
    this.owner = owner;
    this.replicas = replicas;
  }

  /** Goes on with a member that was started in place of the one before. */
  void moveTo(IntSupplier versions) {
    permit = null;
    replicas = versions;
  }

  /** A confirmation that is about to be asked for. */
  final class Question {
    private final int before = replicas.getAsInt();
    private final long time = runtime.nanoTime();

    private Question() {}

    /** Notes that all replicas confirmed a state, which this member holds, after the question. */
    void confirmed(HazelcastState state) {
      if (before != HazelcastReplicas.NOT_OWNED) {
        permit = new Permit(state, before, time + TIME);
      }
    }
  }

  /** Must be called before the question is sent. */
  Question ask() {
    return new Question();
  }

  /** Returns the newest state, if this member may say so alone. */
  Optional<HazelcastState> state() {
    Permit now = permit;
    if (now == null || closed) {
      return Optional.empty();
    }
    // Time last: all that was found before it was so while the promise held.
    boolean newest =
        owner.isAt(now.state)
            && replicas.getAsInt() == now.replicas
            && !owner.isDue()
            && runtime.nanoTime() - now.until < 0;
    if (!newest) {
      // Or an old state would be kept for as long as nobody asks; at worst a new permit goes, too.
      permit = null;
      return Optional.empty();
    }
    letOthersRun();
    return Optional.of(now.state);
  }

  /**
   * Who reads in a loop and never has to wait would keep the store's own virtual threads from
   * running, and with them what it may be waiting for.
   */
  @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but that
  private void letOthersRun() {
    answered++;
    if (answered % TURN == 0) {
      Thread.yield();
    }
  }

  /** Answers no more. */
  void close() {
    closed = true;
  }
}

package dev.plinth.storage.hazelcast;

import dev.plinth.spi.StoreRuntime;
import dev.plinth.storage.mvcc.Keyspace;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the member that owns a keyspace knows beside the state: time. It is worth nothing on a
 * member that is not the owner, and is made anew when one becomes it.
 *
 * <p>Belongs to the thread of the keyspace's partition, but for {@link #isDue} and {@link #isAt}.
 */
final class KeyspaceOwner {
  private final StoreRuntime runtime;
  private final OwnerRules rules;
  private final LeaseClocks clocks = new LeaseClocks();
  private HistoryNotes notes;
  private @Nullable UUID incarnation;

  /** Who was there at the last batch. */
  private Set<UUID> members = Set.of();

  /** At most what data and history take, and when that was measured. */
  private long size;

  /** Where the data is, without keeping it; nothing if another member said so last. */
  private volatile HazelcastState.@Nullable Position newest;

  private volatile boolean known;
  private volatile long due;

  KeyspaceOwner(StoreRuntime runtime, OwnerRules rules) {
    this.runtime = runtime;
    this.rules = rules;
    this.notes = new HistoryNotes(rules.historyAge(), runtime.nanoTime());
    this.size = Long.MAX_VALUE;
  }

  long now() {
    return runtime.nanoTime();
  }

  OwnerRules rules() {
    return rules;
  }

  LeaseClocks clocks() {
    return clocks;
  }

  HistoryNotes notes() {
    return notes;
  }

  /** Whether this member measured the time of this data up to the last step. */
  boolean knows(HazelcastState state, UUID member) {
    return state.incarnation().equals(incarnation)
        && state.owner().filter(member::equals).isPresent();
  }

  /** Whether one has gone who was there at the last batch, and will confirm none any more. */
  boolean misses(Set<UUID> there) {
    return !there.containsAll(members);
  }

  /** Notes who is there. */
  void sees(Set<UUID> there) {
    members = there;
  }

  /** Begins to measure time: every lease has all of its time again (G22). */
  void takeOver(UUID data, Keyspace keyspace) {
    long now = now();
    incarnation = data;
    clocks.reset(keyspace.leases(), now);
    notes = new HistoryNotes(rules.historyAge(), now);
    size = Long.MAX_VALUE;
  }

  /** Notes where the data is; called in each batch, before any other replica hears of it. */
  void reached(HazelcastState state) {
    newest = state.position();
  }

  /** Notes that another member owns the data. */
  void follows() {
    newest = null;
  }

  /** Whether the data is at this state, and this member said so last; from any thread. */
  boolean isAt(HazelcastState state) {
    HazelcastState.Position now = newest;
    return now != null && now.equals(state.position());
  }

  /** Whether so many bytes more are too many; looks closely only if that is near. */
  boolean isFull(Keyspace keyspace, long more) {
    if (size > rules.stateBytes() - more) {
      size = keyspace.sizeBytes();
    }
    if (size > rules.stateBytes() - more) {
      return true;
    }
    // Once in the data and once in the history.
    size += 2 * more;
    return false;
  }

  /** Notes when something is to be done next; called after each batch. */
  void settle() {
    OptionalLong lease = clocks.next();
    long next = notes.next();
    due =
        lease.isPresent() && (next == Long.MAX_VALUE || lease.getAsLong() - next < 0)
            ? lease.getAsLong()
            : next == Long.MAX_VALUE ? runtime.nanoTime() + Long.MAX_VALUE / 2 : next;
    known = true;
  }

  /** Whether the owner has something to do; from any thread. */
  boolean isDue() {
    return !known || due - runtime.nanoTime() <= 0;
  }
}

package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Bytes;
import dev.plinth.storage.mvcc.Keyspace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * All that one keyspace is, on every replica of it: the value of its entry in the one map.
 *
 * <p>Immutable, so that a command that fails half-way has changed nothing (H1); {@link StateEdit}
 * makes the next one.
 *
 * @param incarnation tells this data from any other of the same name (H11)
 * @param index how many steps made it
 * @param terms the last owners, oldest first: they measure the time of leases, as the steps say
 *     (H10), and tell data from other data of the same index
 * @param keyspace the data
 * @param clients the last batch of each client that wrote, so that none is applied twice (H3)
 */
record HazelcastState(
    UUID incarnation,
    long index,
    List<Term> terms,
    Keyspace keyspace,
    Map<UUID, Remembered> clients) {
  /**
   * The time of one owner with those who confirm what it does, until another one takes over or one
   * of them goes.
   *
   * @param number rises by one with each, so that a later owner tells itself from an earlier one
   * @param owner which member
   * @param first the step by which it began
   */
  record Term(long number, UUID owner, long first) {
    void write(WireWriter out) {
      out.number(number);
      out.uuid(owner);
      out.number(first);
    }

    static Term read(WireReader in) {
      long number = in.number();
      UUID owner = in.uuid();
      return new Term(number, owner, in.number());
    }
  }

  /**
   * Where data is: two states at the same position are the same (H4). An index alone would not say
   * that, for two owners that do not know of one another both count on.
   */
  record Position(UUID incarnation, long index, Optional<Term> term) {
    /** The number of the term; 0 if nobody has taken over yet. */
    long termNumber() {
      return term.map(Term::number).orElse(0L);
    }

    /** Whether somebody took over who does not know of this, or whom this does not know. */
    boolean isOvertakenBy(Position other) {
      return other.termNumber() > termNumber()
          || (other.termNumber() == termNumber() && !other.term.equals(term));
    }

    void write(WireWriter out) {
      out.uuid(incarnation);
      out.number(index);
      out.optional(term, last -> last.write(out));
    }

    static Position read(WireReader in) {
      UUID incarnation = in.uuid();
      long index = in.number();
      return new Position(incarnation, index, in.optional(() -> Term.read(in)));
    }
  }

  /**
   * The last batch of a client.
   *
   * @param sequence its number, rising
   * @param index when it was applied
   * @param answers what it answered; nothing if that was too much to keep
   */
  record Remembered(long sequence, long index, Optional<Bytes> answers) {}

  /** Copies the collections. */
  HazelcastState {
    terms = List.copyOf(terms);
    clients = Map.copyOf(clients);
  }

  /** Returns data that holds nothing yet. */
  static HazelcastState create(UUID incarnation) {
    return new HazelcastState(incarnation, 0, List.of(), Keyspace.empty(), Map.of());
  }

  private static Optional<Term> last(List<Term> terms) {
    return terms.isEmpty() ? Optional.empty() : Optional.of(terms.getLast());
  }

  /** Which member owned it last; nobody has yet if nothing. */
  Optional<UUID> owner() {
    return last(terms).map(Term::owner);
  }

  Position position() {
    return position(incarnation, index, terms);
  }

  /** Where data of so many steps and these terms is. */
  static Position position(UUID incarnation, long index, List<Term> terms) {
    return new Position(incarnation, index, last(terms));
  }

  /**
   * Whether this went through a position of the same data. What is older than the terms that are
   * kept, by the number of its own, is believed to have been.
   */
  boolean continues(Position position) {
    if (position.index() > index) {
      return false;
    }
    for (Term term : terms.reversed()) {
      if (term.first() <= position.index()) {
        return position.term().equals(Optional.of(term));
      }
    }
    return terms.isEmpty() || position.termNumber() < terms.getFirst().number();
  }

  StateEdit edit() {
    return new StateEdit(this);
  }

  /** Whether this state has seen a batch of a client, or a later one. */
  boolean hasSeen(UUID client, long sequence) {
    Remembered last = clients.get(client);
    return last != null && last.sequence() >= sequence;
  }
}

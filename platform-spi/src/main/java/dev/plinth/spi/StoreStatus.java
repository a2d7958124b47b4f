package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * How a store is. Asking never changes anything.
 *
 * <p>Immutable.
 *
 * @param store the provider's name
 * @param version of the server, or of Plinth for stores that live in it
 * @param incarnation the identity of this data; another one means other data (G40)
 * @param members who serves the data
 * @param leader the id of the member that leads, if there is one
 * @param revision the current revision
 * @param compacted the oldest readable revision; zero if nothing was compacted
 * @param keys how many keys there are, if the store counts them
 * @param sizeBytes how large the data is with its history, as far as the store knows
 * @param historyRevisions how many past revisions are kept, if the store counts them
 * @param digest equal on two replicas that hold the same data, if the store computes it
 * @param alarms what an operator must look at; empty when all is well
 * @since 0.1
 */
public record StoreStatus(
    String store,
    String version,
    String incarnation,
    List<Member> members,
    Optional<String> leader,
    Revision revision,
    Revision compacted,
    Optional<Long> keys,
    long sizeBytes,
    Optional<Long> historyRevisions,
    Optional<String> digest,
    List<String> alarms) {

  /**
   * One server, or this process.
   *
   * @param id unique among the members
   * @param name for people; may be empty
   * @param clientUrls where clients reach it; empty for a store in this process
   */
  public record Member(String id, String name, List<String> clientUrls) {
    /** Copies the list. */
    public Member {
      requireNonNull(id, "id");
      requireNonNull(name, "name");
      clientUrls = List.copyOf(clientUrls);
    }
  }

  /** Copies the lists. */
  public StoreStatus {
    requireNonNull(store, "store");
    requireNonNull(version, "version");
    requireNonNull(incarnation, "incarnation");
    members = List.copyOf(members);
    requireNonNull(leader, "leader");
    requireNonNull(revision, "revision");
    requireNonNull(compacted, "compacted");
    requireNonNull(keys, "keys");
    requireNonNull(historyRevisions, "historyRevisions");
    requireNonNull(digest, "digest");
    alarms = List.copyOf(alarms);
  }
}

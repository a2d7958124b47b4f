package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

/**
 * Reads a range at one revision (G6, G7, G9, G10).
 *
 * <p>Immutable. Revision, limit and filters of zero or less mean "not set", as users of such stores
 * expect.
 *
 * @param range which keys
 * @param revision at which revision; zero or less for the current one
 * @param limit how many entries at most; zero or less for all
 * @param order how they are sorted; the limit cuts after sorting
 * @param filter which versions are shown; the count ignores it
 * @param projection what of an entry is wanted
 * @param consistency how fresh the answer must be
 * @since 0.1
 */
public record Read(
    KeyRange range,
    Revision revision,
    long limit,
    Order order,
    Filter filter,
    Projection projection,
    Consistency consistency)
    implements Operation {

  /** What entries are sorted by. */
  public enum SortTarget {
    /** Unsigned bytes of the key. */
    KEY,
    /** The version number. */
    VERSION,
    /** The revision of creation. */
    CREATED,
    /** The revision of the last put. */
    MODIFIED,
    /** Unsigned bytes of the value. */
    VALUE
  }

  /** Which way entries are sorted. */
  public enum Direction {
    /** Smallest first. */
    ASCENDING,
    /** Largest first. */
    DESCENDING
  }

  /**
   * A sort order; entries that compare equal stay in key order.
   *
   * @param target what is compared
   * @param direction which way
   */
  public record Order(SortTarget target, Direction direction) {
    /** By key, ascending: the order entries are stored in. */
    public static final Order BY_KEY = new Order(SortTarget.KEY, Direction.ASCENDING);

    /** Checks that nothing is null. */
    public Order {
      requireNonNull(target, "target");
      requireNonNull(direction, "direction");
    }
  }

  /**
   * Bounds on revisions, both inclusive; zero or less means no bound.
   *
   * @param minModified smallest modified revision shown
   * @param maxModified largest modified revision shown
   * @param minCreated smallest created revision shown
   * @param maxCreated largest created revision shown
   */
  public record Filter(
      Revision minModified, Revision maxModified, Revision minCreated, Revision maxCreated) {
    /** Shows everything. */
    public static final Filter NONE =
        new Filter(Revision.ZERO, Revision.ZERO, Revision.ZERO, Revision.ZERO);

    /** Checks that nothing is null. */
    public Filter {
      requireNonNull(minModified, "minModified");
      requireNonNull(maxModified, "maxModified");
      requireNonNull(minCreated, "minCreated");
      requireNonNull(maxCreated, "maxCreated");
    }

    /**
     * Says whether an entry passes.
     *
     * @param entry any entry
     * @return whether it lies within every bound
     */
    public boolean shows(Entry entry) {
      return (minModified.value() <= 0 || entry.modified().compareTo(minModified) >= 0)
          && (maxModified.value() <= 0 || entry.modified().compareTo(maxModified) <= 0)
          && (minCreated.value() <= 0 || entry.created().compareTo(minCreated) >= 0)
          && (maxCreated.value() <= 0 || entry.created().compareTo(maxCreated) <= 0);
    }

    /**
     * Says whether every entry passes.
     *
     * @return whether no bound is set
     */
    public boolean isNone() {
      return minModified.value() <= 0
          && maxModified.value() <= 0
          && minCreated.value() <= 0
          && maxCreated.value() <= 0;
    }
  }

  /** What of an entry is wanted. */
  public enum Projection {
    /** Everything. */
    ENTRIES,
    /** Keys and metadata; values come empty. */
    KEYS,
    /** The count alone; no entries. */
    COUNT
  }

  /** How fresh an answer must be. */
  public enum Consistency {
    /** Sees every write acknowledged before the read began (G6). */
    LINEARIZABLE,
    /** A state that existed, never older than one this client saw before (G7); may be behind. */
    SERIALIZABLE
  }

  /** Checks that nothing is null. */
  public Read {
    requireNonNull(range, "range");
    requireNonNull(revision, "revision");
    requireNonNull(order, "order");
    requireNonNull(filter, "filter");
    requireNonNull(projection, "projection");
    requireNonNull(consistency, "consistency");
  }

  /**
   * Returns the linearizable read of a range as it is now, all of it in key order.
   *
   * @param range which keys
   * @return the read
   */
  public static Read of(KeyRange range) {
    return new Read(
        range,
        Revision.ZERO,
        0,
        Order.BY_KEY,
        Filter.NONE,
        Projection.ENTRIES,
        Consistency.LINEARIZABLE);
  }

  /**
   * Returns the linearizable read of one key as it is now.
   *
   * @param key which
   * @return the read
   */
  public static Read of(Key key) {
    return of(KeyRange.single(key));
  }

  /**
   * Reads the past.
   *
   * @param at the revision; one above the current is refused, one compacted ends as {@link
   *     HistoryLostException}
   * @return the same read there
   */
  public Read at(Revision at) {
    return new Read(range, at, limit, order, filter, projection, consistency);
  }

  /**
   * Limits the number of entries.
   *
   * @param most zero or less for no limit
   * @return the same read, cut there
   */
  public Read limitedTo(long most) {
    return new Read(range, revision, most, order, filter, projection, consistency);
  }

  /**
   * Sorts.
   *
   * @param target what is compared
   * @param direction which way
   * @return the same read in this order
   */
  public Read orderedBy(SortTarget target, Direction direction) {
    return new Read(
        range, revision, limit, new Order(target, direction), filter, projection, consistency);
  }

  /**
   * Filters by revisions.
   *
   * @param bounds which versions are shown
   * @return the same read, filtered
   */
  public Read filteredBy(Filter bounds) {
    return new Read(range, revision, limit, order, bounds, projection, consistency);
  }

  /**
   * Leaves values out.
   *
   * @return the same read for keys and metadata
   */
  public Read keysOnly() {
    return new Read(range, revision, limit, order, filter, Projection.KEYS, consistency);
  }

  /**
   * Leaves entries out.
   *
   * @return the same read for the count
   */
  public Read countOnly() {
    return new Read(range, revision, limit, order, filter, Projection.COUNT, consistency);
  }

  /**
   * Allows an answer that is behind.
   *
   * @return the same read, serialisable (G7)
   */
  public Read serializable() {
    return new Read(range, revision, limit, order, filter, projection, Consistency.SERIALIZABLE);
  }
}

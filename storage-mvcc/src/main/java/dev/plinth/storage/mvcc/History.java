package dev.plinth.storage.mvcc;

import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What happened at each revision that is kept, and the data as it was at some of them.
 *
 * <p>Immutable. Revisions are grouped into chunks; each chunk knows the data before its first
 * revision, so the data at any revision is a chunk's start and a few mutations on it. Compaction
 * drops whole chunks and touches nothing else.
 */
final class History {
  /** Revisions in a chunk: more save memory, fewer make reading the past cheaper. */
  static final int CHUNK = 64;

  private static final int SEGMENT = 128;

  /** Revisions {@code first} to {@code first + records.length - 1}. */
  private static final class Chunk {
    final long first;
    final KeyTree<Entry> before;
    final Revised[] records;
    final long bytes;

    Chunk(long first, KeyTree<Entry> before, Revised[] records, long bytes) {
      this.first = first;
      this.before = before;
      this.records = records;
      this.bytes = bytes;
    }
  }

  /** Complete chunks in segments, so that adding one copies little; no segment is empty. */
  private final Chunk[][] segments;

  private final long openFirst;
  private final KeyTree<Entry> openBefore;
  private final @Nullable Revised newest;
  private final int openLength;
  private final long openBytes;
  private final long bytes;

  private History(
      Chunk[][] segments,
      long openFirst,
      KeyTree<Entry> openBefore,
      @Nullable Revised newest,
      int openLength,
      long openBytes,
      long bytes) {
    this.segments = segments;
    this.openFirst = openFirst;
    this.openBefore = openBefore;
    this.newest = newest;
    this.openLength = openLength;
    this.openBytes = openBytes;
    this.bytes = bytes;
  }

  /**
   * Returns a history that begins with what comes after {@code data}, at revision {@code first}.
   */
  static History startingAt(long first, KeyTree<Entry> data) {
    return new History(new Chunk[0][], first, data, null, 0, 0, 0);
  }

  /** Keys and values in it, in bytes. */
  long bytes() {
    return bytes;
  }

  /** Whether the next revision begins a new chunk, so that the data before it must be kept. */
  boolean isChunkFull() {
    return openLength == CHUNK;
  }

  /** The newest revision, to which the next one is linked; none if that begins a new chunk. */
  @Nullable Revised newest() {
    return isChunkFull() ? null : newest;
  }

  /**
   * Returns the history with one revision more.
   *
   * @param revised linked to {@link #newest}
   * @param added keys and values in it, in bytes
   * @param before the data before it, looked at only if {@link #isChunkFull}
   */
  History with(Revised revised, long added, KeyTree<Entry> before) {
    if (!isChunkFull()) {
      return new History(
          segments,
          openFirst,
          openBefore,
          revised,
          openLength + 1,
          openBytes + added,
          bytes + added);
    }
    return new History(
        withChunk(new Chunk(openFirst, openBefore, openRecords(), openBytes)),
        openFirst + openLength,
        before,
        revised,
        1,
        added,
        bytes + added);
  }

  private Chunk[][] withChunk(Chunk chunk) {
    int last = segments.length - 1;
    if (last >= 0 && segments[last].length < SEGMENT) {
      Chunk[][] copy = segments.clone();
      copy[last] = Arrays.copyOf(segments[last], segments[last].length + 1);
      copy[last][segments[last].length] = chunk;
      return copy;
    }
    Chunk[][] longer = Arrays.copyOf(segments, segments.length + 1);
    longer[last + 1] = new Chunk[] {chunk};
    return longer;
  }

  private Revised[] openRecords() {
    Revised[] records = new Revised[openLength];
    Revised record = newest;
    for (int i = openLength - 1; i >= 0 && record != null; i--) {
      records[i] = record;
      record = record.older;
    }
    return records;
  }

  /** Finds the chunk to begin with so that the rest takes no more than this, if it can be. */
  long oldestWithin(long most) {
    long rest = bytes;
    for (Chunk[] segment : segments) {
      for (Chunk chunk : segment) {
        if (rest <= most) {
          return chunk.first;
        }
        rest -= chunk.bytes;
      }
    }
    return openFirst;
  }

  /** Returns the history from {@code oldest} on; a few revisions before it may stay with it. */
  History from(long oldest) {
    int segment = 0;
    int chunk = 0;
    long dropped = 0;
    while (segment < segments.length) {
      Chunk candidate = segments[segment][chunk];
      if (candidate.first + candidate.records.length > oldest) {
        break;
      }
      dropped += candidate.bytes;
      chunk++;
      if (chunk == segments[segment].length) {
        segment++;
        chunk = 0;
      }
    }
    if (dropped == 0 && segment == 0 && chunk == 0) {
      return this;
    }
    Chunk[][] rest = Arrays.copyOfRange(segments, segment, segments.length);
    if (chunk > 0) {
      rest[0] = Arrays.copyOfRange(rest[0], chunk, rest[0].length);
    }
    return new History(rest, openFirst, openBefore, newest, openLength, openBytes, bytes - dropped);
  }

  /**
   * Returns the data at a revision that is kept, or right before the oldest one that is.
   *
   * @param revision at most the newest one
   */
  KeyTree<Entry> dataAt(long revision) {
    Chunk chunk = chunkBefore(revision + 1);
    KeyTree<Entry> data = chunk.before;
    Owner owner = new Owner();
    for (Revised record : chunk.records) {
      if (record.revision().value() > revision) {
        break;
      }
      data = replay(data, record, owner);
    }
    return data;
  }

  static KeyTree<Entry> replay(KeyTree<Entry> data, Revised record, Owner owner) {
    KeyTree<Entry> next = data;
    for (int i = 0; i < record.size(); i++) {
      Mutation mutation = record.mutation(i);
      next =
          mutation.isDeletion()
              ? next.without(mutation.key(), owner)
              : next.with(mutation.key(), mutation.entry(), owner);
    }
    return next;
  }

  /** Returns one version of a key, without making the data of that revision. */
  @Nullable Entry entryAt(long revision, Key key) {
    Chunk chunk = chunkBefore(revision + 1);
    for (int i = (int) Math.min(chunk.records.length - 1L, revision - chunk.first); i >= 0; i--) {
      Revised record = chunk.records[i];
      for (int m = 0; m < record.size(); m++) {
        Mutation mutation = record.mutation(m);
        if (mutation.key().equals(key)) {
          return mutation.isDeletion() ? null : mutation.entry();
        }
      }
    }
    return chunk.before.get(key);
  }

  /**
   * Shows the revisions from one on, until the visitor has enough.
   *
   * @return whether the visitor wanted everything
   */
  boolean forEach(long from, Predicate<Revised> visitor) {
    if (from < openFirst) {
      for (int s = segmentBefore(from); s < segments.length; s++) {
        for (Chunk chunk : segments[s]) {
          if (chunk.first + chunk.records.length > from && !show(chunk.records, from, visitor)) {
            return false;
          }
        }
      }
    }
    if (newest == null || newest.revision().value() < from) {
      return true;
    }
    // The usual case is somebody who wants the newest revision only.
    return newest.revision().value() == from
        ? visitor.test(newest)
        : show(openRecords(), from, visitor);
  }

  private static boolean show(Revised[] records, long from, Predicate<Revised> visitor) {
    int first = (int) Math.max(0, from - records[0].revision().value());
    for (int i = first; i < records.length; i++) {
      if (!visitor.test(records[i])) {
        return false;
      }
    }
    return true;
  }

  /** The last chunk that begins at or before {@code revision}, else the first. */
  private Chunk chunkBefore(long revision) {
    if (revision >= openFirst || segments.length == 0) {
      return new Chunk(openFirst, openBefore, openRecords(), openBytes);
    }
    Chunk[] segment = segments[segmentBefore(revision)];
    int low = 0;
    int high = segment.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segment[middle].first <= revision) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return segment[low];
  }

  private int segmentBefore(long revision) {
    int low = 0;
    int high = segments.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments[middle][0].first <= revision) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return Math.max(0, low);
  }
}

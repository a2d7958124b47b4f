package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Revision;
import java.util.List;

/**
 * What became of a batch, as the owner tells its sender.
 *
 * <p>Immutable.
 */
sealed interface BatchOutcome {
  /**
   * It was carried out, now or before.
   *
   * @param position where the owner is now, and with it all replicas that live
   * @param revision the current one
   * @param answers to each request
   */
  record Served(HazelcastState.Position position, Revision revision, Bytes answers)
      implements BatchOutcome {
    /** Whether a replica's state is exactly the owner's. */
    boolean isOf(HazelcastState state) {
      return state.position().equals(position);
    }

    List<byte[]> each() {
      WireReader in = new WireReader(answers.toArray());
      return in.all(in::array);
    }
  }

  /**
   * It was not carried out, but replicas confirmed that the owner has begun; the next try is, if it
   * says so.
   *
   * @param position where the owner is now, and with it all replicas that live
   */
  record Begun(HazelcastState.Position position) implements BatchOutcome {}

  /** It was certainly not carried out; another try may be. */
  record NotServed(String reason) implements BatchOutcome {}

  /** The data it was meant for is not there. */
  record Lost(String reason) implements BatchOutcome {}

  /** Nobody knows any more whether it was carried out, or what it answered. */
  record Unknown(String reason) implements BatchOutcome {}

  /** Puts answers behind one another. */
  static Bytes join(List<byte[]> answers) {
    WireWriter out = new WireWriter();
    out.all(answers, out::bytes);
    return Bytes.of(out.toArray());
  }

  byte VERSION = 2;

  default byte[] encode() {
    WireWriter out = new WireWriter();
    out.octet(VERSION);
    switch (this) {
      case Served served -> {
        out.octet(0);
        served.position().write(out);
        out.revision(served.revision());
        out.bytes(served.answers());
      }
      case Begun begun -> {
        out.octet(4);
        begun.position().write(out);
      }
      case NotServed not -> {
        out.octet(1);
        out.text(not.reason());
      }
      case Lost lost -> {
        out.octet(2);
        out.text(lost.reason());
      }
      case Unknown unknown -> {
        out.octet(3);
        out.text(unknown.reason());
      }
    }
    return out.toArray();
  }

  static BatchOutcome decode(byte[] content) {
    WireReader in = new WireReader(content);
    int version = in.octet();
    if (version != VERSION) {
      throw WireReader.unknown("answer", version);
    }
    int kind = in.octet();
    return switch (kind) {
      case 0 -> {
        HazelcastState.Position position = HazelcastState.Position.read(in);
        Revision revision = in.revision();
        yield new Served(position, revision, in.bytes());
      }
      case 1 -> new NotServed(in.text());
      case 2 -> new Lost(in.text());
      case 3 -> new Unknown(in.text());
      case 4 -> new Begun(HazelcastState.Position.read(in));
      default -> throw WireReader.unknown("answer", kind);
    };
  }
}

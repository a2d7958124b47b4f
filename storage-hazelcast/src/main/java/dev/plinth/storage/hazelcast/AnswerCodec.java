package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Answers as bytes. Stateless. */
final class AnswerCodec {
  private static final List<RequestRefusedException.Reason> REASONS =
      List.of(RequestRefusedException.Reason.values());
  private static final List<Change.Kind> KINDS = List.of(Change.Kind.values());

  private AnswerCodec() {}

  static byte[] encode(Answer answer) {
    WireWriter out = new WireWriter();
    switch (answer) {
      case Answer.Committed committed -> {
        out.octet(1);
        write(committed.commit(), out);
      }
      case Answer.Done done -> {
        out.octet(2);
        out.revision(done.revision());
      }
      case Answer.Lease lease -> {
        out.octet(3);
        out.optional(lease.lease(), info -> write(info, out));
      }
      case Answer.LeaseNames names -> {
        out.octet(4);
        out.all(names.ids(), out::lease);
      }
      case Answer.Condition condition -> {
        out.octet(5);
        out.revision(condition.revision());
        out.revision(condition.compacted());
        out.number(condition.keys());
        out.number(condition.sizeBytes());
        out.number(condition.historyRevisions());
        out.text(condition.digest());
      }
      case Answer.Changes changes -> {
        out.octet(6);
        out.revision(changes.revision());
        out.revision(changes.compacted());
        out.revision(changes.through());
        out.all(
            changes.changes(),
            change -> {
              out.constant(change.kind());
              out.entry(change.entry());
              out.optional(change.previous(), out::entry);
            });
      }
      case Answer.Refused refused -> write(refused.reason(), out);
    }
    return out.toArray();
  }

  static Answer decode(byte[] content) {
    WireReader in = new WireReader(content);
    int kind = in.octet();
    return switch (kind) {
      case 1 -> new Answer.Committed(commit(in));
      case 2 -> new Answer.Done(in.revision());
      case 3 -> new Answer.Lease(in.optional(() -> info(in)));
      case 4 -> new Answer.LeaseNames(in.all(in::lease));
      case 5 -> {
        Revision revision = in.revision();
        Revision compacted = in.revision();
        long keys = in.number();
        long bytes = in.number();
        long history = in.number();
        yield new Answer.Condition(revision, compacted, keys, bytes, history, in.text());
      }
      case 6 -> {
        Revision revision = in.revision();
        Revision compacted = in.revision();
        Revision through = in.revision();
        yield new Answer.Changes(revision, compacted, through, in.all(() -> change(in)));
      }
      case 7 -> new Answer.Refused(refusal(in));
      case 8 -> new Answer.Refused(new LeaseLostException(in.lease()));
      case 9 -> new Answer.Refused(new HistoryLostException(in.revision()));
      default -> throw WireReader.unknown("answer", kind);
    };
  }

  private static Change change(WireReader in) {
    Change.Kind kind = KINDS.get(in.octet());
    Entry entry = in.entry();
    return new Change(kind, entry, in.optional(in::entry));
  }

  private static void write(LeaseInfo info, WireWriter out) {
    out.lease(info.id());
    out.number(info.granted().toSeconds());
    out.number(info.remaining().toSeconds());
    out.number(info.remaining().toNanosPart());
    out.all(info.keys(), out::key);
  }

  private static LeaseInfo info(WireReader in) {
    LeaseId id = in.lease();
    Duration granted = Duration.ofSeconds(in.number());
    long seconds = in.number();
    Duration remaining = Duration.ofSeconds(seconds, in.number());
    List<Key> keys = in.all(in::key);
    return new LeaseInfo(id, granted, remaining, keys);
  }

  private static void write(StoreException reason, WireWriter out) {
    switch (reason) {
      case RequestRefusedException refused -> {
        out.octet(7);
        out.constant(refused.reason());
        out.text(String.valueOf(refused.getMessage()));
      }
      case LeaseLostException lost -> {
        out.octet(8);
        out.lease(lost.lease());
      }
      case HistoryLostException lost -> {
        out.octet(9);
        out.revision(lost.compacted());
      }
      default -> throw new IllegalArgumentException("no owner of a keyspace says this", reason);
    }
  }

  private static RequestRefusedException refusal(WireReader in) {
    RequestRefusedException.Reason reason = REASONS.get(in.octet());
    String message = in.text();
    return message.equals(reason.text())
        ? new RequestRefusedException(reason)
        : new RequestRefusedException(reason, message.substring(reason.text().length() + 2));
  }

  private static void write(Commit commit, WireWriter out) {
    out.revision(commit.revision());
    out.flag(commit.conditionsHeld());
    out.all(commit.outcomes(), outcome -> write(outcome, out));
  }

  private static Commit commit(WireReader in) {
    Revision revision = in.revision();
    boolean held = in.flag();
    return new Commit(revision, held, in.all(() -> outcome(in)));
  }

  private static void write(Outcome outcome, WireWriter out) {
    switch (outcome) {
      case Slice slice -> {
        out.octet(0);
        out.revision(slice.revision());
        out.all(slice.entries(), out::entry);
        out.number(slice.count());
        out.flag(slice.more());
      }
      case Outcome.Written written -> {
        out.octet(1);
        out.revision(written.revision());
        out.optional(written.previous(), out::entry);
      }
      case Outcome.Deleted deleted -> {
        out.octet(2);
        out.revision(deleted.revision());
        out.number(deleted.count());
        out.all(deleted.previous(), out::entry);
      }
      case Commit nested -> {
        out.octet(3);
        write(nested, out);
      }
    }
  }

  private static Outcome outcome(WireReader in) {
    int kind = in.octet();
    return switch (kind) {
      case 0 -> {
        Revision revision = in.revision();
        List<Entry> entries = in.all(in::entry);
        long count = in.number();
        yield new Slice(revision, entries, count, in.flag());
      }
      case 1 -> {
        Revision revision = in.revision();
        Optional<Entry> previous = in.optional(in::entry);
        yield new Outcome.Written(revision, previous);
      }
      case 2 -> {
        Revision revision = in.revision();
        long count = in.number();
        yield new Outcome.Deleted(revision, count, in.all(in::entry));
      }
      case 3 -> commit(in);
      default -> throw WireReader.unknown("outcome", kind);
    };
  }
}

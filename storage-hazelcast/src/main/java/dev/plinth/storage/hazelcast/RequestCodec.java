package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Requests as bytes. Stateless. */
final class RequestCodec {
  private static final int WRITE = 1;
  private static final int COMPACT = 2;
  private static final int GRANT = 3;
  private static final int REVOKE = 4;
  private static final int EXPIRE = 5;
  private static final int TAKE_OVER = 6;
  private static final int REMEMBER = 7;
  private static final int ASK = 8;
  private static final int CURRENT = 9;
  private static final int RENEW = 10;
  private static final int DESCRIBE = 11;
  private static final int LIST_LEASES = 12;
  private static final int STATUS = 13;
  private static final int PULL = 14;
  private static final int TICK = 15;

  private static final int PUTS = 1;
  private static final int DELETES = 2;

  private RequestCodec() {}

  static byte[] encode(Request request) {
    WireWriter out = new WireWriter();
    switch (request) {
      case Request.Write write -> {
        out.octet(WRITE);
        TransactionCodec.write(write.transaction(), out);
      }
      case Request.Compact compact -> {
        out.octet(COMPACT);
        out.revision(compact.oldest());
      }
      case Request.Grant grant -> {
        out.octet(GRANT);
        out.lease(grant.id());
        out.number(grant.ttl().toSeconds());
      }
      case Request.Revoke revoke -> lease(REVOKE, revoke.id(), out);
      case Request.Expire expire -> {
        lease(EXPIRE, expire.id(), out);
        out.number(expire.generation());
      }
      case Request.TakeOver takeOver -> {
        out.octet(TAKE_OVER);
        out.uuid(takeOver.member());
      }
      case Request.Remember remember -> {
        out.octet(REMEMBER);
        out.uuid(remember.client());
        out.number(remember.sequence());
        out.optional(remember.answers(), out::bytes);
      }
      case Request.Ask ask -> {
        out.octet(ASK);
        TransactionCodec.write(ask.transaction(), out);
      }
      case Request.Current current -> out.octet(CURRENT);
      case Request.Renew renew -> lease(RENEW, renew.id(), out);
      case Request.Describe describe -> lease(DESCRIBE, describe.id(), out);
      case Request.ListLeases list -> out.octet(LIST_LEASES);
      case Request.Status status -> out.octet(STATUS);
      case Request.Pull pull -> {
        out.octet(PULL);
        out.revision(pull.from());
        out.range(pull.range());
        out.octet(
            (pull.kinds().contains(Change.Kind.PUT) ? PUTS : 0)
                | (pull.kinds().contains(Change.Kind.DELETE) ? DELETES : 0));
        out.flag(pull.previousValues());
        out.number(pull.bytes());
      }
      case Request.Tick tick -> out.octet(TICK);
    }
    return out.toArray();
  }

  private static void lease(int kind, LeaseId id, WireWriter out) {
    out.octet(kind);
    out.lease(id);
  }

  static Request decode(byte[] content) {
    WireReader in = new WireReader(content);
    int kind = in.octet();
    return switch (kind) {
      case WRITE -> new Request.Write(TransactionCodec.read(in));
      case COMPACT -> new Request.Compact(in.revision());
      case GRANT -> {
        LeaseId id = in.lease();
        yield new Request.Grant(id, Duration.ofSeconds(in.number()));
      }
      case REVOKE -> new Request.Revoke(in.lease());
      case EXPIRE -> {
        LeaseId id = in.lease();
        yield new Request.Expire(id, in.number());
      }
      case TAKE_OVER -> new Request.TakeOver(in.uuid());
      case REMEMBER -> {
        UUID client = in.uuid();
        long sequence = in.number();
        Optional<Bytes> answers = in.optional(in::bytes);
        yield new Request.Remember(client, sequence, answers);
      }
      case ASK -> new Request.Ask(TransactionCodec.read(in));
      case CURRENT -> new Request.Current();
      case RENEW -> new Request.Renew(in.lease());
      case DESCRIBE -> new Request.Describe(in.lease());
      case LIST_LEASES -> new Request.ListLeases();
      case STATUS -> new Request.Status();
      case PULL -> pull(in);
      case TICK -> new Request.Tick();
      default -> throw WireReader.unknown("request", kind);
    };
  }

  private static Request.Pull pull(WireReader in) {
    Revision from = in.revision();
    KeyRange range = in.range();
    Set<Change.Kind> kinds =
        switch (in.octet()) {
          case PUTS -> Set.of(Change.Kind.PUT);
          case DELETES -> Set.of(Change.Kind.DELETE);
          case PUTS | DELETES -> Set.of(Change.Kind.PUT, Change.Kind.DELETE);
          default -> Set.of();
        };
    boolean previousValues = in.flag();
    return new Request.Pull(from, range, kinds, previousValues, in.number());
  }
}

package dev.plinth.service.gateway.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchRequest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * One request. Its revisions above zero count from the revision at which the script begins.
 *
 * @param kind which call
 * @param request what is sent
 */
record Command(Kind kind, Message request) {

  /** The calls. */
  enum Kind {
    RANGE,
    PUT,
    DELETE,
    TXN,
    COMPACT,
    GRANT,
    REVOKE,
    RENEW,
    DESCRIBE,
    LEASES,
    WATCH
  }

  /** Says whether what watches still have to deliver, or not, depends on the command. */
  boolean affectsWatches() {
    return kind == Kind.COMPACT || kind == Kind.WATCH;
  }

  private static Message empty(Kind kind) {
    return switch (kind) {
      case RANGE -> RangeRequest.getDefaultInstance();
      case PUT -> PutRequest.getDefaultInstance();
      case DELETE -> DeleteRangeRequest.getDefaultInstance();
      case TXN -> TxnRequest.getDefaultInstance();
      case COMPACT -> CompactionRequest.getDefaultInstance();
      case GRANT -> LeaseGrantRequest.getDefaultInstance();
      case REVOKE -> LeaseRevokeRequest.getDefaultInstance();
      case RENEW -> LeaseKeepAliveRequest.getDefaultInstance();
      case DESCRIBE -> LeaseTimeToLiveRequest.getDefaultInstance();
      case LEASES -> MemberListRequest.getDefaultInstance();
      case WATCH -> WatchRequest.getDefaultInstance();
    };
  }

  /** One line, which {@link #parse} reads: the call, the bytes, and a text for people. */
  @Override
  public String toString() {
    return kind
        + " "
        + HexFormat.of().formatHex(request.toByteArray())
        + " # "
        + TextFormat.printer().emittingSingleLine(true).printToString(request);
  }

  /** Reads a script: one command a line. */
  static List<Command> parse(String script) {
    List<Command> commands = new ArrayList<>();
    for (String line : script.lines().filter(text -> !text.isBlank()).toList()) {
      String[] words = line.strip().split(" +", 3);
      Kind kind = Kind.valueOf(words[0]);
      String hex = words.length > 1 && !words[1].equals("#") ? words[1] : "";
      try {
        commands.add(
            new Command(
                kind, empty(kind).getParserForType().parseFrom(HexFormat.of().parseHex(hex))));
      } catch (InvalidProtocolBufferException broken) {
        throw new IllegalArgumentException(line, broken);
      }
    }
    return commands;
  }
}

package dev.plinth.service.gateway.fuzz;

/** The differences that docs/services/gateway.md lists, each with its reason. Holds nothing. */
final class KnownDifferences {
  /** What a difference leaves behind. */
  enum Effect {
    /** It is none of those that are known. */
    NONE,
    /** The answers differ, the data does not. */
    IN_THE_ANSWER,
    /** One did what the other refused. */
    IN_THE_DATA
  }

  Effect of(Command command, String etcd, String gateway) {
    // etcd overlooks some pairs of a put and a delete on one path.
    if (command.kind() == Command.Kind.TXN
        && gateway.equals("INVALID_ARGUMENT: etcdserver: duplicate key given in txn request")) {
      return isError(etcd) ? Effect.IN_THE_ANSWER : Effect.IN_THE_DATA;
    }
    return Effect.NONE;
  }

  private static boolean isError(String answer) {
    return answer.contains(": etcdserver: ");
  }
}

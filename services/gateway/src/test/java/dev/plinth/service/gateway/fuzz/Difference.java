package dev.plinth.service.gateway.fuzz;

import java.util.List;

/**
 * Where the two answered differently.
 *
 * @param script up to the command that showed it, and with it
 * @param etcd what one answered to the last command
 * @param gateway what the other answered
 */
record Difference(List<Command> script, String etcd, String gateway) {
  Difference {
    script = List.copyOf(script);
  }

  /** Says whether another difference is of the same sort, so that shrinking may go on with it. */
  boolean resembles(Difference other) {
    return script.getLast().kind() == other.script.getLast().kind();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("etcd:\n" + etcd + "\ngateway:\n" + gateway + "\n\n");
    script.forEach(command -> text.append(command).append('\n'));
    return text.toString();
  }
}

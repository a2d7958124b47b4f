package dev.plinth.tck.history;

import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import dev.plinth.tck.history.Violation.Checker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Terms in the order of revisions, what was written under them, and who believed in them. */
final class ElectionChecks {
  private final History history;
  private final Replay replay;
  private final List<Violation> violations = new ArrayList<>();

  private ElectionChecks(History history, Replay replay) {
    this.history = history;
    this.replay = replay;
  }

  static List<Violation> run(History history, Replay replay) {
    ElectionChecks checks = new ElectionChecks(history, replay);
    checks.checkTermsAndWrites();
    checks.checkClaims();
    return checks.violations;
  }

  private void checkTermsAndWrites() {
    long highest = 0;
    for (long revision = 2; revision <= replay.last(); revision++) {
      for (Change change : replay.changesAt(revision)) {
        if (change.kind() != Change.Kind.PUT) {
          continue;
        }
        if (named(change.key(), SeededClient.LEADER) && !change.isCreation()) {
          violated("a term began while another held: " + change);
        }
        if (named(change.key(), SeededClient.RESOURCE)) {
          long token = token(change.entry());
          if (token < highest) {
            violated("token " + token + " was accepted after " + highest + ": " + change);
          }
          highest = Math.max(highest, token);
          if (token != holderBefore(change)) {
            violated("a write of the past was accepted: " + change);
          }
        }
      }
    }
  }

  private long holderBefore(Change change) {
    return replay.state(Revision.of(change.revision().value() - 1)).orElseThrow().values().stream()
        .filter(entry -> named(entry.key(), SeededClient.LEADER))
        .mapToLong(entry -> entry.created().value())
        .findFirst()
        .orElse(0);
  }

  /** A client believes in a term only until somebody can know that it is over. */
  private void checkClaims() {
    Evidence evidence = new Evidence(history);
    Map<Long, Integer> holders = new HashMap<>();
    for (History.Belief belief : history.beliefs()) {
      long token = belief.token().value();
      Integer other = holders.putIfAbsent(token, belief.client());
      if (other != null && other != belief.client()) {
        violated("clients " + other + " and " + belief.client() + " both hold term " + token);
      }
      long end = endOf(token);
      if (end == 0) {
        violated("term " + token + " is not in the history, but believed in: " + belief);
      } else if (evidence.reached(end).tick() < belief.tick()) {
        violated(
            "term " + token + " ended at revision " + end + ", but was believed in: " + belief);
      }
    }
  }

  /** The revision at which a term ended; the end of time if it did not, 0 if it never began. */
  private long endOf(long token) {
    boolean began =
        replay.changesAt(token).stream()
            .anyMatch(change -> named(change.key(), SeededClient.LEADER) && change.isCreation());
    if (!began) {
      return 0;
    }
    for (long revision = token + 1; revision <= replay.last(); revision++) {
      for (Change change : replay.changesAt(revision)) {
        if (named(change.key(), SeededClient.LEADER)
            && (change.kind() == Change.Kind.DELETE || change.isCreation())) {
          return revision;
        }
      }
    }
    return Long.MAX_VALUE;
  }

  private static boolean named(Key key, String name) {
    return key.utf8().endsWith("/" + name);
  }

  private static long token(Entry entry) {
    String value = entry.value().utf8();
    return Long.parseLong(value.substring(0, value.indexOf(':')));
  }

  private void violated(String text) {
    violations.add(new Violation(Checker.ELECTIONS, text));
  }
}

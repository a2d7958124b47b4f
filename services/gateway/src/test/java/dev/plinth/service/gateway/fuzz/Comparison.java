package dev.plinth.service.gateway.fuzz;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks both the same. One thread at a time. */
final class Comparison {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  /** About half of the commands make a revision; of so many, one is looked at once more. */
  private static final int CHECKPOINT = 8;

  private final Side etcd;
  private final Side gateway;
  private final KnownDifferences known;
  private long asked;

  Comparison(Side etcd, Side gateway, KnownDifferences known) {
    this.etcd = etcd;
    this.gateway = gateway;
    this.known = known;
  }

  /** Returns how many commands both were asked. */
  long asked() {
    return asked;
  }

  /** Runs a script from the beginning, and compares all data at its end, and as it was before. */
  Optional<Difference> run(List<Command> script) {
    etcd.begin();
    gateway.begin();
    List<Command> whole = new ArrayList<>(script);
    for (int revision = 0; revision < script.size() / 2; revision += CHECKPOINT) {
      whole.add(everythingAt(revision));
    }
    whole.add(new Command(Command.Kind.LEASES, MemberListRequest.getDefaultInstance()));
    for (int i = 0; i < whole.size(); i++) {
      Command command = whole.get(i);
      asked++;
      if (command.affectsWatches() || i == whole.size() - 1) {
        Optional<Difference> seen = compareWatched(whole.subList(0, i + 1));
        if (seen.isPresent()) {
          return seen;
        }
      }
      String expected = etcd.ask(command);
      String actual = gateway.ask(command);
      if (!expected.equals(actual)) {
        switch (known.of(command, expected, actual)) {
          case NONE -> {
            return Optional.of(new Difference(whole.subList(0, i + 1), expected, actual));
          }
          case IN_THE_ANSWER -> {}
          case IN_THE_DATA -> {
            return Optional.empty();
          }
        }
      }
    }
    return Optional.empty();
  }

  /** At revision 0 it is what there is now. */
  private static Command everythingAt(long revision) {
    return new Command(
        Command.Kind.RANGE,
        RangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO).setRevision(revision).build());
  }

  private Optional<Difference> compareWatched(List<Command> script) {
    String expected = etcd.watched();
    String actual = gateway.watched();
    return expected.equals(actual)
        ? Optional.empty()
        : Optional.of(new Difference(script, expected, actual));
  }

  /** Leaves out of a script what is not needed to show a difference. */
  Difference shrink(Difference found) {
    Difference smallest = found;
    int chunk = Math.max(1, found.script().size() / 2);
    while (chunk > 0) {
      boolean fewerDo = false;
      for (int from = 0; from < smallest.script().size(); from += chunk) {
        List<Command> fewer = new ArrayList<>(smallest.script());
        fewer.subList(from, Math.min(from + chunk, fewer.size())).clear();
        Optional<Difference> again = run(fewer).filter(smallest::resembles);
        if (again.isPresent() && again.get().script().size() < smallest.script().size()) {
          smallest = again.get();
          fewerDo = true;
          from -= chunk;
        }
      }
      chunk = fewerDo ? Math.min(chunk, smallest.script().size()) : chunk / 2;
    }
    boolean shrunk = true;
    while (shrunk) {
      Optional<Difference> smaller = withASmallerTransaction(smallest);
      shrunk = smaller.isPresent();
      smallest = smaller.orElse(smallest);
    }
    return smallest;
  }

  private Optional<Difference> withASmallerTransaction(Difference found) {
    for (int i = 0; i < found.script().size(); i++) {
      if (found.script().get(i).request() instanceof TxnRequest transaction) {
        for (TxnRequest smaller : SmallerTransactions.of(transaction)) {
          List<Command> script = new ArrayList<>(found.script());
          script.set(i, new Command(Command.Kind.TXN, smaller));
          Optional<Difference> again =
              run(script)
                  .filter(found::resembles)
                  .filter(other -> other.script().size() <= found.script().size());
          if (again.isPresent()) {
            return again;
          }
        }
      }
    }
    return Optional.empty();
  }
}

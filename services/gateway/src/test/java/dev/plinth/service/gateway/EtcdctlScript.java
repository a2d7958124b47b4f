package dev.plinth.service.gateway;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What somebody does at the command line: every command, with its flags, and with mistakes. */
final class EtcdctlScript {
  private static final String NOTHING = "no-such-key";

  private final EtcdctlSession etcdctl;

  EtcdctlScript(EtcdctlSession etcdctl) {
    this.etcdctl = etcdctl;
  }

  /** Does all of it, on a server that nothing was written to. */
  void run() {
    keys();
    ranges();
    mistakes();
    transactions();
    leases();
    watches();
    interactiveWatches();
    history();
    operations();
    locksAndElections();
  }

  private void keys() {
    etcdctl.run("put", "a", "1");
    etcdctl.run("get", "a");
    etcdctl.run("put", "a", "2", "--prev-kv");
    etcdctl.run("put", "b", "1", "--prev-kv");
    etcdctl.runWith("from stdin", "put", "c");
    etcdctl.run("put", "--", "dash", "-1");
    etcdctl.run("put", "a", "--ignore-value");
    etcdctl.run("put", "empty", "");
    etcdctl.run("get", "empty");
    etcdctl.run("get", NOTHING);
    etcdctl.run("del", NOTHING);
    etcdctl.run("del", "b");
    etcdctl.run("del", "c", "--prev-kv");
    etcdctl.run("put", "b", "again");
    etcdctl.run("get", "b", "--write-out=fields");
    etcdctl.run("get", "a", "--hex");
    etcdctl.run("del", "dash", "--write-out=fields");
    etcdctl.run("put", "unicode/käse", "späße 🧀");
    etcdctl.run("get", "unicode/käse");
  }

  private void ranges() {
    for (int i = 0; i < 6; i++) {
      etcdctl.run("put", "range/" + i, "v" + (9 - i));
    }
    etcdctl.run("put", "range/2", "changed");
    etcdctl.run("get", "range/", "--prefix");
    etcdctl.run("get", "range/", "--prefix", "--keys-only");
    etcdctl.run("get", "range/", "--prefix", "--count-only");
    etcdctl.run("get", "range/", "--prefix", "--count-only", "--write-out=fields");
    etcdctl.run("get", "range/", "--prefix", "--print-value-only");
    etcdctl.run("get", "range/", "--prefix", "--limit=2");
    etcdctl.run("get", "range/1", "range/4");
    etcdctl.run("get", "range/4", "range/1");
    etcdctl.run("get", "range/3", "--from-key");
    etcdctl.run("get", "", "--from-key", "--keys-only");
    etcdctl.run("get", "", "--prefix", "--keys-only", "--limit=3");
    for (String target : new String[] {"CREATE", "KEY", "MODIFY", "VALUE", "VERSION"}) {
      etcdctl.run("get", "range/", "--prefix", "--order=DESCEND", "--sort-by=" + target);
    }
    etcdctl.run("get", "range/", "--prefix", "--sort-by=VALUE");
    etcdctl.run("get", "range/", "--prefix", "--sort-by=MODIFY", "--order=ASCEND", "--limit=2");
    etcdctl.run("get", "range/", "--prefix", "--consistency=s");
    etcdctl.run("get", "range/2", "--rev=" + (etcdctl.revision() - 1));
    etcdctl.run("del", "range/0", "range/2", "--prev-kv");
    etcdctl.run("del", "range/4", "--from-key", "--prev-kv");
    etcdctl.run("del", "range/", "--prefix");
    etcdctl.run("del", "range/", "--prefix", "--prev-kv");
  }

  private void mistakes() {
    etcdctl.run("get", "");
    etcdctl.run("put", "", "x");
    etcdctl.run("del", "");
    etcdctl.run("put", NOTHING, "--ignore-value");
    etcdctl.run("put", NOTHING, "x", "--ignore-lease");
    etcdctl.run("put", "a", "x", "--lease=4711");
    etcdctl.run("get", "a", "--rev=1000000");
    etcdctl.runWith("x".repeat(1_600_000), "put", "large");
    etcdctl.run("get", "large");
    etcdctl.run("lease", "revoke", "4711");
    etcdctl.run("lease", "timetolive", "4711");
    etcdctl.run("lease", "keep-alive", "--once", "4711");
    etcdctl.run("lease", "grant", "10000000000");
    etcdctl.run("lease", "grant", "-1");
    etcdctl.run("compaction", "1000000");
    etcdctl.run("compaction", "-5");
    etcdctl.run("get", "a");
  }

  private void transactions() {
    etcdctl.run("put", "t/a", "1");
    String then = "put t/b 2\nget t/a\nget t/ --prefix --keys-only\ndel t/c\n";
    etcdctl.runWith("val(\"t/a\") = \"1\"\n\n" + then + "\nget t/b\n\n", "txn");
    etcdctl.runWith("val(\"t/a\") = \"2\"\n\n" + then + "\nget t/b\nput t/b 3\n\n", "txn");
    etcdctl.runWith("ver(\"t/a\") > \"0\"\n\nput t/a 5 --prev-kv\n\n\n", "txn");
    etcdctl.runWith("mod(\"t/a\") < \"3\"\n\nput t/a 6\n\nget t/a\n\n", "txn");
    etcdctl.runWith("create(\"" + NOTHING + "\") = \"0\"\n\nput t/d 1\n\nget t/d\n\n", "txn");
    etcdctl.runWith("version(\"t/d\") != \"1\"\n\nput t/d 2\n\ndel t/d --prev-kv\n\n", "txn");
    etcdctl.runWith("\nget t/ --prefix --order=DESCEND --limit=1\n\n\n", "txn");
    etcdctl.runWith("\n\n\n", "txn");
    etcdctl.runWith("\nput t/a 7\nput t/a 8\n\n\n", "txn");
    etcdctl.runWith("\nput t/a 7\ndel t/ --prefix\n\n\n", "txn");
    etcdctl.runWith("\ndel t/a\nget t/a\n\n\n", "txn");
    String many =
        IntStream.range(0, 129).mapToObj(i -> "put t/" + i + " x\n").collect(Collectors.joining());
    etcdctl.runWith("\n" + many + "\n\n", "txn");
    etcdctl.runWith("\nput t/x 1 --lease=4711\n\n\n", "txn");
    etcdctl.run("get", "t/", "--prefix");
  }

  private void leases() {
    etcdctl.run("lease", "list");
    etcdctl.runForSuccess("lease", "grant", "100");
    String lease = etcdctl.lease();
    etcdctl.run("lease", "list");
    etcdctl.run("put", "l/a", "1", "--lease=" + lease);
    etcdctl.run("put", "l/b", "1", "--lease=" + lease);
    etcdctl.run("put", "l/c", "1", "--lease=" + lease);
    etcdctl.run("get", "l/a", "--write-out=json");
    etcdctl.run("put", "l/a", "2", "--ignore-lease");
    etcdctl.run("put", "l/b", "2");
    // One is left, for etcd shows several in any order.
    etcdctl.run("del", "l/c");
    etcdctl.run("lease", "timetolive", lease);
    etcdctl.run("lease", "timetolive", lease, "--keys");
    etcdctl.run("lease", "keep-alive", "--once", lease);
    etcdctl.run("get", "l/", "--prefix", "--write-out=json");
    etcdctl.run("lease", "revoke", lease);
    etcdctl.run("lease", "revoke", lease);
    etcdctl.run("lease", "timetolive", lease);
    etcdctl.run("get", "l/", "--prefix");
    // Both are raised to the shortest time that a server grants, as the answer says; on a busy
    // machine that time may be over before the next command.
    for (String seconds : new String[] {"0", "1"}) {
      String raised = etcdctl.runForLease("lease", "grant", seconds);
      etcdctl.runUnseen("lease", "revoke", raised);
    }
    etcdctl.run("lease", "list");
  }

  private void watches() {
    long start = etcdctl.revision() + 1;
    etcdctl.run("put", "w/a", "1");
    etcdctl.run("put", "w/a", "2");
    etcdctl.run("put", "w/b", "1");
    etcdctl.run("del", "w/", "--prefix");
    String from = "--rev=" + start;
    String[] names = {"key", "prefix", "previous", "range", "command"};
    etcdctl.begin("key", "watch", "w/a", from);
    etcdctl.begin("prefix", "watch", "w/", "--prefix", from);
    etcdctl.begin("previous", "watch", "w/", "--prefix", "--prev-kv", from);
    etcdctl.begin("range", "watch", "w/a", "w/b", "--progress-notify", from);
    String show = "echo \"<$ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_KEY $ETCD_WATCH_VALUE>\"";
    etcdctl.begin("command", "watch", "w/", "--prefix", from, "--", "sh", "-c", show);
    for (String name : names) {
      etcdctl.await(name, etcdctl.printed("w/a"), 3);
    }
    // The command prints in plain text.
    etcdctl.await("command", "<\"DELETE\" \"w/b\"", 1);
    etcdctl.run("put", "w/a", "live");
    for (String name : names) {
      etcdctl.await(name, etcdctl.printed("live"), 1);
    }
    etcdctl.await("command", "\"live\">", 1);
    for (String name : names) {
      etcdctl.end(name);
    }
    etcdctl.run("watch", "w/b", "w/a");
  }

  private void interactiveWatches() {
    long start = etcdctl.revision() + 1;
    etcdctl.begin("several", "watch", "--interactive");
    etcdctl.type("several", "watch i/a --rev=" + start);
    etcdctl.type("several", "watch i/b --prefix --rev=" + start);
    etcdctl.run("put", "i/a", "one");
    etcdctl.await("several", etcdctl.printed("one"), 1);
    etcdctl.run("put", "i/b/c", "two");
    etcdctl.await("several", etcdctl.printed("two"), 1);
    etcdctl.type("several", "watch i/b/c --rev=" + (start + 1));
    etcdctl.await("several", etcdctl.printed("two"), 2);
    etcdctl.end("several");
  }

  private void history() {
    etcdctl.run("put", "h/a", "1");
    long old = etcdctl.revision();
    etcdctl.run("put", "h/a", "2");
    etcdctl.run("del", "h/a");
    etcdctl.run("put", "h/b", "1");
    long now = etcdctl.revision();
    etcdctl.run("get", "h/", "--prefix", "--rev=" + old);
    etcdctl.run("compaction", "" + (old + 1));
    etcdctl.run("compaction", "" + (old + 1));
    etcdctl.run("get", "h/a", "--rev=" + old);
    etcdctl.run("get", "h/a", "--rev=" + (old + 1));
    etcdctl.run("watch", "h/a", "--rev=" + old);
    etcdctl.run("compaction", "--physical", "" + now);
    etcdctl.run("get", "h/", "--prefix", "--rev=" + now);
  }

  private void operations() {
    etcdctl.run("endpoint", "health");
    etcdctl.run("endpoint", "health", "--cluster");
    etcdctl.runForWords("endpoint", "status");
    etcdctl.runForSuccess("endpoint", "status", "--write-out=table");
    etcdctl.runForSuccess("endpoint", "status", "--cluster");
    etcdctl.runForWords("endpoint", "hashkv");
    etcdctl.runForSuccess("member", "list");
    etcdctl.runForSuccess("member", "list", "--write-out=table");
    etcdctl.run("alarm", "list");
    etcdctl.run("alarm", "disarm");
    etcdctl.run("defrag");
    etcdctl.run("defrag", "--cluster");
    etcdctl.run("auth", "status");
    etcdctl.run("check", "perf", "--load=unknown");
  }

  private void locksAndElections() {
    etcdctl.run("lock", "lockin", "echo", "held");
    etcdctl.run("lock", "lockin", "--ttl=5", "sh", "-c", "exit 7");
    etcdctl.begin("holder", "lock", "lockin");
    etcdctl.await("holder", etcdctl.printed("lockin"), 1);
    etcdctl.begin("waiter", "lock", "lockin");
    etcdctl.awaitCount("lockin/", 2);
    etcdctl.end("holder");
    etcdctl.await("waiter", etcdctl.printed("lockin"), 1);
    etcdctl.end("waiter");
    etcdctl.begin("candidate", "elect", "election", "first");
    etcdctl.await("candidate", etcdctl.printed("first"), 1);
    etcdctl.begin("observer", "elect", "--listen", "election");
    etcdctl.await("observer", etcdctl.printed("first"), 1);
    etcdctl.end("candidate");
    etcdctl.begin("next", "elect", "election", "second");
    etcdctl.await("next", etcdctl.printed("second"), 1);
    etcdctl.await("observer", etcdctl.printed("second"), 1);
    etcdctl.end("next");
    etcdctl.end("observer");
    etcdctl.run("get", "election/", "--prefix", "--count-only", "--write-out=fields");
  }
}

package dev.plinth.storage.etcd.testing;

import dev.plinth.tck.Await;
import dev.plinth.tck.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of real etcd processes on 127.0.0.1, with data in a temporary folder.
 *
 * <p>As far as the version and the machine allow it they do not wait for the disk: what was written
 * survives the process that wrote it, killed or not, and no test takes the machine's power away.
 *
 * <p>Heartbeat and election timeout are etcd's own, 100 ms and 1 s, so that leases live 2 s at
 * least and a killed leader is replaced after one to two seconds.
 *
 * <p>One thread at a time, but for {@link #endpoints} and {@link #etcdctl}. When the process ends
 * without {@link #close}, the servers are killed.
 */
public final class EtcdServers implements AutoCloseable {
  private static final int ATTEMPTS = 5;
  private static final String PREFIX = "plinth-etcd-";
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  /** For several clusters at once: each member sets 64 MiB aside for each file of its log. */
  private static final long MEMORY_NEEDED = 8L << 30;

  private static final Await READY = new Await(Duration.ofSeconds(60));

  private final EtcdOptions options;
  private final Path folder;
  private final List<EtcdServer> members;
  private final Thread atExit;
  private String token = UUID.randomUUID().toString();
  private int named;
  private @Nullable String user;

  private EtcdServers(EtcdOptions options) {
    this.options = options;
    try {
      this.folder = temporaryFolder(options.installation());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    this.members = new ArrayList<>();
    for (int i = 0; i < options.members(); i++) {
      members.add(newMember(options));
    }
    this.atExit = new Thread(this::close, "plinth-etcd-exit");
  }

  /**
   * Servers that cannot be told not to wait for the disk keep their data in memory, if they can.
   */
  private static Path temporaryFolder(EtcdInstallation installation) throws IOException {
    boolean inMemory =
        !installation.isAtLeast(EtcdServer.NEED_NOT_SYNC)
            && Files.isWritable(SHARED_MEMORY)
            && Files.getFileStore(SHARED_MEMORY).getUsableSpace() >= MEMORY_NEEDED;
    return inMemory
        ? Files.createTempDirectory(SHARED_MEMORY, PREFIX)
        : Files.createTempDirectory(PREFIX);
  }

  private EtcdServer newMember(EtcdOptions with) {
    String name = "m" + ++named;
    return new EtcdServer(with, name, folder.resolve(name), Ports.free(), Ports.free());
  }

  /**
   * Starts servers and waits until they answer.
   *
   * @param options version, number and flags
   * @return the running cluster
   * @throws IllegalStateException if they do not start; carries their logs
   */
  public static EtcdServers start(EtcdOptions options) {
    for (int attempt = 1; ; attempt++) {
      EtcdServers servers = new EtcdServers(options);
      try {
        Runtime.getRuntime().addShutdownHook(servers.atExit);
        servers.startNew();
        return servers;
      } catch (EtcdEndedException ended) {
        servers.close();
        boolean portTaken = String.valueOf(ended.getMessage()).contains("address already in use");
        if (!portTaken || attempt == ATTEMPTS) {
          throw ended;
        }
      }
    }
  }

  /**
   * Starts the newest version of a line.
   *
   * @param line "3.5"
   * @param members how many
   * @return the running cluster
   */
  public static EtcdServers start(String line, int members) {
    return start(
        EtcdOptions.of(
            EtcdInstallation.find(line)
                .orElseThrow(
                    () -> new IllegalStateException(EtcdInstallation.advice("etcd " + line))),
            members));
  }

  private void startNew() {
    for (EtcdServer member : members) {
      member.start(membership("new"));
    }
    awaitHealthy();
  }

  private List<String> membership(String state) {
    return List.of(
        "--initial-cluster-state=" + state,
        "--initial-cluster-token=" + token,
        "--initial-cluster="
            + members.stream()
                .map(member -> member.name() + "=" + member.peerUrl())
                .collect(Collectors.joining(",")));
  }

  /** Waits until every member runs, accepts connections and answers with a leader. */
  public void awaitHealthy() {
    for (EtcdServer member : members) {
      READY.until(member.name() + " listens", member::isListening);
      awaitHealthy(member);
    }
  }

  private void awaitHealthy(EtcdServer member) {
    try {
      READY.until(
          member.name() + " is healthy",
          () -> member.isListening() && etcdctl(member).succeeds("endpoint", "health"));
    } catch (AssertionError unhealthy) {
      throw new AssertionError(
          unhealthy.getMessage() + "; its log:\n" + member.logged(), unhealthy);
    }
  }

  /**
   * Returns what they were started with.
   *
   * @return the options
   */
  public EtcdOptions options() {
    return options;
  }

  /**
   * Returns the members, running or not.
   *
   * @return in the order in which they joined
   */
  public List<EtcdServer> members() {
    return List.copyOf(members);
  }

  /**
   * Returns where clients connect to.
   *
   * @return "127.0.0.1:2379" for each member
   */
  public List<String> endpoints() {
    return members.stream().map(EtcdServer::endpoint).toList();
  }

  /**
   * Returns the command line client, aimed at all members.
   *
   * @return the client
   */
  public Etcdctl etcdctl() {
    return etcdctl(members.stream().map(EtcdServer::url).collect(Collectors.joining(",")));
  }

  /**
   * Returns the command line client, aimed at one member.
   *
   * @param member which
   * @return the client
   */
  public Etcdctl etcdctl(EtcdServer member) {
    return etcdctl(member.url());
  }

  private Etcdctl etcdctl(String urls) {
    List<String> words = new ArrayList<>();
    words.add("--endpoints=" + urls);
    words.add("--dial-timeout=2s");
    words.add("--command-timeout=5s");
    options
        .certificates()
        .ifPresent(certificates -> {
          words.add("--cacert=" + certificates.authority());
          words.add("--cert=" + certificates.client());
          words.add("--key=" + certificates.clientKey());
        });
    String known = user;
    if (known != null) {
      words.add("--user=" + known);
    }
    return new Etcdctl(options.installation(), words);
  }

  /**
   * Asks for a user and password from now on: creates the user root and switches authentication on.
   *
   * @param password of root
   */
  public void enableAuthentication(String password) {
    Etcdctl root = etcdctl();
    String unused = root.run("user", "add", "root:" + password);
    root.succeeds("role", "add", "root"); // there already since 3.5
    unused = root.run("user", "grant-role", "root", "root");
    unused = root.run("auth", "enable");
    user = "root:" + password;
  }

  /**
   * Returns who leads, as the first member that answers sees it.
   *
   * @return the member; nothing while there is none or nobody answers
   */
  public Optional<EtcdServer> leader() {
    for (EtcdServer member : members) {
      if (!member.isAlive()) {
        continue;
      }
      Optional<Long> leader = leaderSeenBy(member);
      for (EtcdServer other : members) {
        if (leader.isPresent() && other.isAlive() && memberId(other).equals(leader)) {
          return Optional.of(other);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Long> leaderSeenBy(EtcdServer member) {
    try {
      return etcdctl(member).numbers("Leader", "endpoint", "status").stream()
          .filter(id -> id != 0)
          .findFirst();
    } catch (IllegalStateException unanswered) {
      return Optional.empty();
    }
  }

  private Optional<Long> memberId(EtcdServer member) {
    try {
      return etcdctl(member).numbers("MemberID", "endpoint", "status").stream().findFirst();
    } catch (IllegalStateException unanswered) {
      return Optional.empty();
    }
  }

  /**
   * Waits for a leader.
   *
   * @return the member
   */
  public EtcdServer awaitLeader() {
    return READY.value("a leader", this::leader);
  }

  /**
   * Hands leadership to another member, and waits until it leads.
   *
   * @return the new leader
   */
  public EtcdServer moveLeader() {
    EtcdServer old = awaitLeader();
    EtcdServer next =
        members.stream()
            .filter(member -> member != old && member.isAlive())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("nobody to move leadership to"));
    // On a machine that is short of time members elect another one by themselves, too.
    return READY.value(
        "another one than " + old.name() + " leads",
        () -> {
          Optional<EtcdServer> leader = leader();
          if (leader.equals(Optional.of(old))) {
            memberId(next)
                .ifPresent(
                    id -> etcdctl(old).succeeds("move-leader", Long.toUnsignedString(id, 16)));
          }
          return leader.filter(other -> other != old);
        });
  }

  /**
   * Starts a member again with what it had written down; returns before it is ready.
   *
   * @param member whose process has ended
   */
  public void restart(EtcdServer member) {
    member.start(membership("existing"));
  }

  /**
   * Adds a member and waits until it answers.
   *
   * @param flags more words for its command line; the last one of a kind counts
   * @return the new member
   */
  public EtcdServer add(String... flags) {
    EtcdServer added = newMember(options.with(flags));
    READY.until(
        "the cluster takes a member",
        () ->
            etcdctl(awaitLeader())
                    .succeeds("member", "add", added.name(), "--peer-urls=" + added.peerUrl())
                || isListed(added));
    members.add(added);
    added.start(membership("existing"));
    awaitHealthy(added);
    return added;
  }

  /**
   * Removes a member, which may be dead.
   *
   * @param member which
   */
  public void remove(EtcdServer member) {
    Etcdctl others =
        etcdctl(
            members.stream()
                .filter(other -> other != member && other.isAlive())
                .findFirst()
                .orElseThrow());
    String id =
        others
            .run("member", "list")
            .lines()
            .filter(line -> line.contains(member.peerUrl()))
            .map(line -> line.substring(0, line.indexOf(',')))
            .findFirst()
            .orElseThrow();
    READY.until(
        "the member is removed",
        () -> others.succeeds("member", "remove", id) || isGone(others, member));
    member.kill();
    members.remove(member);
  }

  /** Whether a member was added, also by a request whose answer came too late. */
  private boolean isListed(EtcdServer member) {
    Command.Result listed = etcdctl(awaitLeader()).attempt("member", "list");
    return listed.status() == 0 && listed.output().contains(member.peerUrl());
  }

  private static boolean isGone(Etcdctl others, EtcdServer member) {
    Command.Result listed = others.attempt("member", "list");
    return listed.status() == 0 && !listed.output().contains(member.peerUrl());
  }

  /**
   * Gives a member another place in the list of members; nothing happens to the servers.
   *
   * @param member which
   * @param place its place from now on
   */
  public void moveTo(EtcdServer member, int place) {
    members.remove(member);
    members.add(place, member);
  }

  /** Stops every member and starts all of them again with what they had written down. */
  public void restartAll() {
    members.forEach(EtcdServer::stop);
    members.forEach(this::restart);
    awaitHealthy();
  }

  /** Kills every member and starts a new cluster on the same ports that has nothing. */
  public void loseEverything() {
    killAll();
    members.forEach(EtcdServer::wipe);
    token = UUID.randomUUID().toString();
    user = null;
    startNew();
  }

  /**
   * Returns what the cluster's id is made of, beside the members' addresses.
   *
   * @return the token
   */
  public String token() {
    return token;
  }

  /**
   * Puts every member back to a snapshot, as an operator does, and starts them on the same ports.
   *
   * @param snapshot what {@code etcdctl snapshot save} wrote
   * @param newToken the token of the cluster from now on
   */
  public void restore(Path snapshot, String newToken) {
    token = newToken;
    List<String> words =
        membership("existing").stream().filter(word -> !word.contains("state")).toList();
    members.forEach(EtcdServer::stop);
    members.forEach(member -> member.restore(snapshot, words));
    members.forEach(this::restart);
    awaitHealthy();
  }

  /**
   * Returns each member's hash of all keys, with the revision that it is of.
   *
   * @return one for each member that answers
   */
  public List<String> hashes() {
    List<String> hashes = new ArrayList<>();
    for (EtcdServer member : members) {
      Etcdctl one = etcdctl(member);
      hashes.add("" + one.numbers("Hash", "endpoint", "hashkv").getFirst());
    }
    return hashes;
  }

  private void killAll() {
    members.forEach(EtcdServer::kill);
  }

  /** Kills the servers and removes their folder. Idempotent. */
  @Override
  public void close() {
    killAll();
    EtcdServer.delete(folder);
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exiting) {
      // the hook runs or has run
    }
  }
}

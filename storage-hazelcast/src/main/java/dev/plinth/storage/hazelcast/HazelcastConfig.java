package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import dev.plinth.spi.StoreLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How this process is a member of a cluster, and what its store keeps.
 *
 * @param clusterName members of other names are strangers
 * @param bindAddress where the member listens
 * @param publicAddress what other members call it by, if not that
 * @param port where it listens if it can, the offset added
 * @param portCount how many ports it tries from there
 * @param members whom it looks for when it starts, {@code host} or {@code host:port}
 * @param multicast whether it looks for members by multicast instead
 * @param clusterSize how many members there are when all are well
 * @param minimumMembers how many must be there for anything to be served (H6, H7)
 * @param backupCount copies beside the owner's
 * @param stateBudgetBytes how large data and history may be (H13)
 * @param syncInterval how often replicas that differ are repaired (H4)
 * @param backupTimeout how long a write waits for its backups (H5)
 * @param requestTimeout how long a call may take in all (G37)
 * @param heartbeatInterval how often members tell each other that they live
 * @param heartbeatTimeout the silence after which a member is taken for dead
 * @param shutdownTimeout how long a member that leaves may take to hand over
 * @param history what of the past stays readable
 * @param limits what requests may ask for
 */
record HazelcastConfig(
    String clusterName,
    String bindAddress,
    Optional<String> publicAddress,
    int port,
    int portCount,
    List<String> members,
    boolean multicast,
    int clusterSize,
    int minimumMembers,
    int backupCount,
    long stateBudgetBytes,
    Duration syncInterval,
    Duration backupTimeout,
    Duration requestTimeout,
    Duration heartbeatInterval,
    Duration heartbeatTimeout,
    Duration shutdownTimeout,
    History history,
    StoreLimits limits) {

  /**
   * What of the past stays readable.
   *
   * @param revisions at most so many; 0 for any number
   * @param age for so long at most; zero for ever
   * @param bytes keys and values at most; 0 for any amount
   */
  record History(long revisions, Duration age, long bytes) {}

  /** What Hazelcast can keep beside the owner's copy. */
  private static final int MOST_BACKUPS = 6;

  /** Half of these, rounded down, is what Hazelcast can keep as backups. */
  private static final int LARGEST_CLUSTER = 2 * MOST_BACKUPS + 1;

  private static final int LARGEST_PORT = 65_535;
  private static final long LONGEST_TTL_SECONDS = 9_000_000_000L;
  private static final Duration SHORTEST_TTL = Duration.ofSeconds(2);

  /** The owner looks often, but one that has just taken over gives every lease its time again. */
  private static final Duration EXPIRY_BOUND = Duration.ofSeconds(3);

  /** A watch asks again at least each second, and for longer while the owner changes. */
  private static final Duration DELIVERY_BOUND = Duration.ofSeconds(10);

  private static final Pattern MEMBER =
      Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9a-fA-F:]+])(?::(\\d{1,5}))?");

  /** Copies the list. */
  HazelcastConfig {
    members = List.copyOf(members);
  }

  /** Whether two sides of a split of so many members can never both serve. */
  boolean needsMajority() {
    return minimumMembers > clusterSize / 2;
  }

  /** What the owner of a keyspace sees to by itself. */
  OwnerRules ownerRules() {
    return new OwnerRules(history.revisions(), history.age(), history.bytes(), stateBudgetBytes);
  }

  /**
   * Reads a section.
   *
   * @throws SettingsException naming everything that is wrong in it; its key is the first
   */
  static HazelcastConfig parse(Settings settings) {
    return new Reading(settings).read();
  }

  /** Reads key by key and goes on after a mistake. One thread at a time. */
  private static final class Reading {
    private final Settings settings;
    private final List<SettingsException> mistakes = new ArrayList<>();

    Reading(Settings settings) {
      this.settings = settings;
    }

    HazelcastConfig read() {
      checked(
          () -> {
            settings.allowOnly(
                "cluster-name",
                "bind-address",
                "public-address",
                "port",
                "port-offset",
                "port-count",
                "members",
                "multicast",
                "cluster-size",
                "minimum-members",
                "backup-count",
                "state-budget",
                "sync-interval",
                "backup-timeout",
                "request-timeout",
                "heartbeat-interval",
                "heartbeat-timeout",
                "shutdown-timeout",
                "history-revisions",
                "history-age",
                "history-bytes",
                "max-operations",
                "max-request-bytes",
                "shortest-ttl",
                "longest-ttl");
            return true;
          },
          true);
      int offset = integer("port-offset", 0, 0, LARGEST_PORT);
      int count = integer("port-count", 10, 1, 1000);
      int port = integer("port", 5701, 1, LARGEST_PORT);
      if (port + offset + count - 1 > LARGEST_PORT) {
        mistake("port", "with port-offset and port-count goes beyond " + LARGEST_PORT);
      }
      int size = integer("cluster-size", 3, 1, LARGEST_CLUSTER);
      int minimum = integer("minimum-members", size / 2 + 1, 1, LARGEST_CLUSTER);
      if (minimum > size) {
        mistake("minimum-members", "must not be above cluster-size, which is " + size);
      }
      int backups = integer("backup-count", Math.min(MOST_BACKUPS, size - 1), 0, MOST_BACKUPS);
      if (backups < minimum - 1) {
        mistake(
            "backup-count",
            "must be at least " + (minimum - 1) + ", for minimum-members is " + minimum);
      }
      boolean multicast = checked(() -> settings.flag("multicast", false), false);
      String bind = text("bind-address", "127.0.0.1");
      List<String> members = members(bind, port, offset, count, multicast);
      Duration interval = seconds("heartbeat-interval", 1, 1);
      Duration silence = seconds("heartbeat-timeout", 10, 2);
      if (silence.compareTo(interval.multipliedBy(2)) < 0) {
        mistake("heartbeat-timeout", "must be at least twice heartbeat-interval");
      }
      HazelcastConfig read =
          new HazelcastConfig(
              text("cluster-name", "plinth"),
              bind,
              checked(() -> settings.optionalString("public-address"), Optional.empty()),
              port + offset,
              count,
              members,
              multicast,
              size,
              minimum,
              backups,
              bytes("state-budget", 32L << 20),
              seconds("sync-interval", 2, 1),
              longer("backup-timeout", Duration.ofMillis(1500)),
              longer("request-timeout", Duration.ofSeconds(3)),
              interval,
              silence,
              seconds("shutdown-timeout", 10, 1),
              new History(
                  checked(
                      () -> settings.number("history-revisions", 100_000, 0, Long.MAX_VALUE), 0L),
                  checked(
                      () -> settings.duration("history-age", Duration.ofHours(1)), Duration.ZERO),
                  checked(() -> settings.bytes("history-bytes", 8L << 20), 0L)),
              limits());
      refuseMistakes();
      return read;
    }

    private StoreLimits limits() {
      Duration longest =
          checked(
              () -> settings.duration("longest-ttl", Duration.ofSeconds(LONGEST_TTL_SECONDS)),
              Duration.ofSeconds(LONGEST_TTL_SECONDS));
      Duration shortest = seconds("shortest-ttl", 2, 2);
      if (longest.compareTo(shortest) < 0) {
        mistake("longest-ttl", "must not be below shortest-ttl: " + longest);
      }
      if (longest.compareTo(Duration.ofSeconds(LONGEST_TTL_SECONDS)) > 0) {
        mistake("longest-ttl", "must not be above " + LONGEST_TTL_SECONDS + " seconds: " + longest);
      }
      return new StoreLimits(
          integer("max-operations", 128, 1, 1_000_000),
          bytes("max-request-bytes", 3L << 19),
          shortest,
          longest,
          EXPIRY_BOUND,
          DELIVERY_BOUND);
    }

    private List<String> members(String bind, int port, int offset, int count, boolean multicast) {
      List<String> said = checked(() -> settings.strings("members", List.of()), List.of());
      for (String member : said) {
        Matcher matcher = MEMBER.matcher(member);
        if (!matcher.matches()
            || (matcher.group(1) != null
                && (Integer.parseInt(matcher.group(1)) < 1
                    || Integer.parseInt(matcher.group(1)) > LARGEST_PORT))) {
          mistake("members", "'" + member + "' is neither host nor host:port");
        }
      }
      if (multicast && !said.isEmpty()) {
        mistake("multicast", "must be false where members are named");
      }
      if (multicast || !said.isEmpty()) {
        return said;
      }
      // Launchers on one machine: any of the offsets that people choose. Not more than that, for
      // there may be servers of another kind, as the services of the very same launchers: one that
      // keeps the connection and says nothing makes Hazelcast write to it for ever, and one that
      // answers something else keeps a member from beginning a cluster.
      String host = bind.equals("0.0.0.0") ? "127.0.0.1" : bind;
      IntStream offsets =
          IntStream.of(10, 100, 1000)
              .flatMap(step -> IntStream.range(0, 10).map(factor -> factor * step));
      return IntStream.concat(offsets, IntStream.of(offset))
          .flatMap(other ->
              other == 0 || other == offset
                  ? IntStream.range(0, count).map(next -> port + other + next)
                  : IntStream.of(port + other))
          .filter(each -> each <= LARGEST_PORT)
          .sorted()
          .distinct()
          .mapToObj(each -> host + ":" + each)
          .toList();
    }

    private String text(String key, String fallback) {
      String text = checked(() -> settings.string(key, fallback), fallback);
      if (text.isBlank()) {
        mistake(key, "must not be empty");
      }
      return text;
    }

    private int integer(String key, int fallback, int least, int most) {
      return checked(() -> settings.integer(key, fallback, least, most), fallback);
    }

    private long bytes(String key, long fallback) {
      long bytes = checked(() -> settings.bytes(key, fallback), fallback);
      if (bytes < 1) {
        mistake(key, "must be at least 1 B");
      }
      return bytes;
    }

    /** Hazelcast counts these in seconds. */
    private Duration seconds(String key, int fallback, int least) {
      Duration said =
          checked(() -> settings.duration(key, Duration.ofSeconds(fallback)), SHORTEST_TTL);
      if (said.toMillis() % 1000 != 0 || said.toSeconds() < least || said.toDays() > 1) {
        mistake(key, "must be whole seconds, from " + least + "s to 1d: " + said);
      }
      return said;
    }

    private Duration longer(String key, Duration fallback) {
      Duration said = checked(() -> settings.duration(key, fallback), fallback);
      if (said.isZero() || said.toDays() > 1) {
        mistake(key, "must be longer than nothing, at most 1d");
      }
      return said;
    }

    private <T> T checked(Supplier<T> reading, T instead) {
      try {
        return reading.get();
      } catch (SettingsException wrong) {
        mistakes.add(wrong);
        return instead;
      }
    }

    private void mistake(String key, String problem) {
      mistakes.add(settings.error(key, problem));
    }

    private void refuseMistakes() {
      if (mistakes.isEmpty()) {
        return;
      }
      SettingsException first = mistakes.getFirst();
      if (mistakes.size() == 1) {
        throw first;
      }
      String all = mistakes.stream().map(Throwable::getMessage).collect(Collectors.joining("; "));
      throw new SettingsException(
          first.key(), all.substring(first.key().length() + 2), first.known());
    }
  }
}

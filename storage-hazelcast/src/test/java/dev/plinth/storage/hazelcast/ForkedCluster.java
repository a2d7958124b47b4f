package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.tck.Await;
import dev.plinth.tck.Concurrently;
import dev.plinth.tck.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Members in processes of their own, each with clients that write and read until the end, and a
 * record of what they and the watches were told.
 *
 * <p>One thread disturbs it and checks in the end.
 */
final class ForkedCluster implements AutoCloseable {
  static final Await PATIENT = new Await(Duration.ofMinutes(3));
  private static final int CLIENTS_EACH = 2;
  private static final int KEYS_EACH = 50;
  private static final Duration BETWEEN = Duration.ofMillis(3);

  /**
   * Where a member runs.
   *
   * @param before words before the command of its process
   * @param host what it binds to
   * @param port what it listens on
   */
  record Place(List<String> before, String host, int port) {
    String address() {
      return host + ":" + port;
    }
  }

  /**
   * A write that was acknowledged.
   *
   * @param place whose client wrote it
   * @param begun when it was asked for, in nanoseconds of this process
   */
  private record Written(int place, long begun, String key, String value, long revision) {}

  private final String name = "forked-" + UUID.randomUUID();
  private final List<Place> places;
  private final List<ForkedMember> members = new ArrayList<>();
  private final List<ForkedMember> dead = new ArrayList<>();
  private final List<Future<?>> clients = new ArrayList<>();
  private final AtomicBoolean done = new AtomicBoolean();
  private final Queue<Written> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicLong highest = new AtomicLong();

  ForkedCluster(List<Place> places) {
    this.places = places;
    for (int place = 0; place < places.size(); place++) {
      members.add(start(place));
    }
    try {
      members.forEach(ForkedMember::awaitReady);
      awaitServing();
      PATIENT.until(
          "all watch", () -> members.stream().allMatch(member -> !member.watched().isEmpty()));
    } catch (AssertionError failed) {
      close();
      throw failed;
    }
    for (int place = 0; place < places.size(); place++) {
      for (int client = 0; client < CLIENTS_EACH; client++) {
        int at = place;
        String keys = "/written/" + place + "-" + client + "-";
        clients.add(Concurrently.start(() -> work(at, keys)));
      }
    }
  }

  /** Three members on this machine. */
  static ForkedCluster here() {
    return new ForkedCluster(
        Ports.free(3).stream().map(port -> new Place(List.of(), "127.0.0.1", port)).toList());
  }

  private ForkedMember start(int place) {
    Place at = places.get(place);
    return ForkedMember.start(
        at.before(),
        Map.of(
            "cluster-name",
            name,
            "bind-address",
            at.host(),
            "port",
            "" + at.port(),
            "port-count",
            "1",
            "members",
            String.join(",", places.stream().map(Place::address).toList()),
            "sync-interval",
            "1s",
            "backup-timeout",
            "1s",
            "heartbeat-interval",
            "1s",
            "heartbeat-timeout",
            "3s"));
  }

  private synchronized ForkedMember at(int place) {
    return members.get(place);
  }

  synchronized List<ForkedMember> members() {
    return List.copyOf(members);
  }

  /** The one that takes itself for the owner, while all agree. */
  ForkedMember owner() {
    return PATIENT.value(
        "one owner",
        () -> {
          List<ForkedMember> owners = members().stream().filter(ForkedMember::owns).toList();
          return owners.size() == 1 ? Optional.of(owners.getFirst()) : Optional.empty();
        });
  }

  List<ForkedMember> others(ForkedMember one) {
    return members().stream().filter(member -> member != one).toList();
  }

  private boolean work(int place, String keys) {
    for (int number = 0; !done.get(); number++) {
      ForkedMember member = at(place);
      String key = keys + number % KEYS_EACH;
      long before = highest.get();
      long begun = System.nanoTime();
      String question = number % 4 == 3 ? "current" : "put " + key + " " + number;
      Optional<String> answer = member.ask(question);
      if (answer.isPresent()) {
        long revision = Long.parseLong(answer.get());
        if (number % 4 != 3) {
          acknowledged.add(new Written(place, begun, key, "" + number, revision));
        }
        if (revision < before) {
          wrong.add(
              "'%s' at place %d, asked after revision %d, answered %d"
                  .formatted(question, place, before, revision));
        }
        long unused = highest.accumulateAndGet(revision, Math::max);
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
    return true;
  }

  /** Waits until these serve, however many others there are. */
  void awaitServing(List<ForkedMember> some) {
    for (ForkedMember member : some) {
      try {
        PATIENT.until("a member serves", () -> member.ask("put /through x").isPresent());
      } catch (AssertionError failed) {
        throw new AssertionError(
            "it says '"
                + member.refusal()
                + "'; threads: "
                + some.stream().map(ForkedMember::dumpThreads).toList(),
            failed);
      }
    }
  }

  /** Waits until all are there with all copies, and each serves. */
  void awaitServing() {
    awaitMembers(members(), members().size());
    for (ForkedMember member : members()) {
      PATIENT.until("all copies are there", () -> member.ask("safe").equals(Optional.of("true")));
    }
    awaitServing(members());
  }

  /** Waits until these see so many members. */
  void awaitMembers(List<ForkedMember> some, int count) {
    for (ForkedMember member : some) {
      PATIENT.until(
          "a member sees " + count, () -> member.ask("members").equals(Optional.of("" + count)));
    }
  }

  /** Starts a new process in the place of one that was killed. */
  void replace(ForkedMember killed) {
    int place = members().indexOf(killed);
    ForkedMember started = start(place);
    synchronized (this) {
      dead.add(killed);
      members.set(place, started);
    }
    started.awaitReady();
  }

  /** How many writes of a member's clients were acknowledged that had begun after a time. */
  long acknowledgedSince(ForkedMember member, long nanos) {
    int place = members().indexOf(member);
    return acknowledged.stream()
        .filter(write -> write.place() == place && write.begun() - nanos > 0)
        .count();
  }

  /**
   * Ends the clients and compares what everybody was told: what was acknowledged is there, and
   * every watch shows the one history, without gap or repeat.
   *
   * @param undisturbed whose watches have no reason to end
   * @return how many writes were acknowledged
   */
  int check(String seed, List<ForkedMember> undisturbed) {
    done.set(true);
    clients.forEach(client -> Concurrently.result(client, PATIENT.patience()));
    assertThat(wrong).as(seed).isEmpty();
    long last = Long.parseLong(answer(members().getFirst(), "put /through end"));
    members()
        .forEach(member ->
            PATIENT.until(
                "the watch shows the end, revision " + last, () -> member.shown() >= last));
    Map<Long, ForkedMember.Seen> history = new HashMap<>();
    List<ForkedMember> all = new ArrayList<>(members());
    all.addAll(dead);
    for (ForkedMember member : all) {
      for (ForkedMember.Watched watch : member.watched()) {
        checkWatch(seed, watch, history);
      }
    }
    for (ForkedMember member : undisturbed) {
      assertThat(member.watched()).as("no watch ended, " + seed).hasSize(1);
    }
    for (Written write : acknowledged) {
      assertThat(history.get(write.revision()))
          .as("%s was acknowledged, %s", write, seed)
          .isEqualTo(new ForkedMember.Seen(write.revision(), write.key(), write.value()));
    }
    members().forEach(member -> checkData(seed, member));
    return acknowledged.size();
  }

  private static void checkWatch(
      String seed, ForkedMember.Watched watch, Map<Long, ForkedMember.Seen> history) {
    long revision = watch.startedAt();
    for (ForkedMember.Seen seen : watch.changes()) {
      revision++;
      assertThat(seen.revision()).as("without gap or repeat, %s", seed).isEqualTo(revision);
      ForkedMember.Seen known = history.putIfAbsent(revision, seen);
      assertThat(known == null ? seen : known).as("one history, %s", seed).isEqualTo(seen);
    }
    watch
        .end()
        .ifPresent(end ->
            assertThat(end).as(seed).isIn("IncarnationLostException", "HistoryLostException"));
  }

  /** Asks until there is an answer: all members are there, but the machine may be busy. */
  private static String answer(ForkedMember member, String request) {
    return PATIENT.value("an answer to " + request, () -> member.ask(request));
  }

  private void checkData(String seed, ForkedMember member) {
    Map<String, Integer> there = new HashMap<>();
    for (String entry : answer(member, "list /written").split(" ", -1)) {
      List<String> parts = List.of(entry.split("=", 2));
      there.put(parts.getFirst(), Integer.valueOf(parts.getLast()));
    }
    assertThat(acknowledged)
        .as(seed)
        .allSatisfy(write ->
            assertThat(there.getOrDefault(write.key(), -1))
                .as(write.key())
                .isGreaterThanOrEqualTo(Integer.valueOf(write.value())));
  }

  @Override
  public void close() {
    done.set(true);
    members().forEach(ForkedMember::close);
  }
}

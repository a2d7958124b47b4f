package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A member in a process of its own, which does what is asked of it line by line, and tells all that
 * its watch shows; {@link ForkedMember} is its other end. It ends with its input.
 *
 * <p>A line is a number, a word and what belongs to it; the answer begins with the number, then
 * says {@code ok} or {@code no}. Each is carried out on a thread of its own.
 */
final class MemberProgram {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final HazelcastMember member;
  private final Store store;
  private final PrintStream out;

  private MemberProgram(HazelcastMember member, Store store, PrintStream out) {
    this.member = member;
    this.store = store;
    this.out = out;
  }

  /**
   * Starts it.
   *
   * @param arguments settings as {@code key=value}; several values stand between commas
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    // Whatever else talks must not be taken for an answer.
    System.setOut(System.err);
    Map<String, Object> settings = new HashMap<>();
    for (String argument : arguments) {
      List<String> parts = List.of(argument.split("=", 2));
      settings.put(
          parts.getFirst(),
          parts.getFirst().equals("members")
              ? Arrays.asList(parts.getLast().split(",", -1))
              : parts.getLast());
    }
    HazelcastConfig config = HazelcastConfig.parse(Settings.of(settings));
    StoreRuntime runtime = StoreRuntime.system();
    HazelcastMember member = HazelcastMember.start(config, runtime, MemberProgram::instance);
    new MemberProgram(member, new HazelcastMemberStore(member, config, runtime), answers).run();
  }

  private static HazelcastInstance instance(Config built) {
    return Hazelcast.newHazelcastInstance(MemberProcess.mergingSoon(built));
  }

  private void run() throws IOException {
    Thread unused = Thread.ofVirtual().start(this::watch);
    say("ready");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null) {
        List<String> words = List.of(line.split(" ", -1));
        Thread unusedToo = Thread.ofVirtual().start(() -> answer(words));
        line = lines.readLine();
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private void say(String line) {
    synchronized (out) {
      out.println(line);
      out.flush();
    }
  }

  private void answer(List<String> words) {
    String text;
    try {
      text = "ok " + outcome(words.subList(1, words.size()));
    } catch (StoreException | HazelcastException | IllegalStateException no) {
      text = "no " + no.getClass().getSimpleName() + " " + no.getMessage();
    }
    say(words.getFirst() + " " + text.replace('\n', ' '));
  }

  private String outcome(List<String> words) {
    return switch (words.getFirst()) {
      case "put" ->
          store.keyValues().put(Key.utf8(words.get(1)), Bytes.utf8(words.get(2))).toString();
      case "current" -> store.keyValues().current().toString();
      case "list" ->
          store.keyValues().list(KeySpace.of(words.get(1)).below()).entries().stream()
              .map(entry -> entry.key().utf8() + "=" + entry.value().utf8())
              .collect(Collectors.joining(" "));
      case "members" -> "" + member.instance().getCluster().getMembers().size();
      case "owns" -> "" + owns();
      case "safe" -> "" + member.instance().getPartitionService().isClusterSafe();
      default -> throw new IllegalStateException("what is " + words.getFirst() + "?");
    };
  }

  /** Nobody owns the data for a moment while members come and go; that is an answer, too. */
  private boolean owns() {
    Member owner =
        member.instance().getPartitionService().getPartition(HazelcastMember.KEYSPACE).getOwner();
    return owner != null && owner.localMember();
  }

  /** Tells all that is seen; opens another watch when one has ended. */
  private void watch() {
    try {
      while (true) {
        try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.all()))) {
          say("opened " + watch.startedAt());
          tell(watch);
        } catch (StoreException notYet) {
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(Watch watch) throws InterruptedException {
    try {
      while (true) {
        WatchBatch batch = watch.next();
        for (Change change : batch.changes()) {
          say(
              "changed "
                  + change.revision()
                  + " "
                  + change.key().utf8()
                  + " "
                  + change.entry().value().utf8());
        }
      }
    } catch (StoreException end) {
      say("ended " + end.getClass().getSimpleName());
    }
  }
}

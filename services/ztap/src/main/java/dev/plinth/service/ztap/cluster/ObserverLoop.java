package dev.plinth.service.ztap.cluster;

import dev.plinth.chassis.time.Pause;
import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.Leader;
import dev.plinth.spi.election.LeaderWatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the view of one node from the store: nodes, declared members, the leader.
 *
 * <p>Thread-safe. Each of the three is listed at a revision and watched from the next one; when its
 * history is lost it is listed again.
 */
final class ObserverLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ObserverLoop.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration STOP_GRACE = Duration.ofSeconds(3);

  private final Store store;
  private final StoreRuntime runtime;
  private final Pause pause;
  private final ElectionName election;
  private final ClusterRepository repository;
  private final ClusterCodec codec;
  private final ClusterView view;
  private final Consumer<String> dismissed;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final List<Thread> threads = new ArrayList<>();

  private volatile boolean stopped;

  /** What is done again and again until the observer stops. */
  private interface Following {
    void follow() throws InterruptedException;
  }

  ObserverLoop(
      Store store,
      ElectionName election,
      ClusterRepository repository,
      ClusterCodec codec,
      ClusterView view,
      Consumer<String> dismissed) {
    this.store = store;
    this.runtime = store.runtime();
    this.pause = Pause.in(runtime);
    this.election = election;
    this.repository = repository;
    this.codec = codec;
    this.view = view;
    this.dismissed = dismissed;
  }

  void start() {
    begin("ztap-nodes", () -> follow(repository.nodes(), this::node, view::nodesListed));
    begin("ztap-members", () -> follow(repository.members(), this::member, view::membersListed));
    begin("ztap-leader", this::followLeader);
  }

  /** Stops to observe and waits until nothing of it runs, but no longer than a few seconds. */
  void stop() {
    stopped = true;
    List<Thread> ending;
    lock.lock();
    try {
      ending = List.copyOf(threads);
      threads.clear();
    } finally {
      lock.unlock();
    }
    ending.forEach(Thread::interrupt);
    try {
      for (Thread thread : ending) {
        if (!thread.join(STOP_GRACE)) {
          LOG.atWarn().addKeyValue("thread", thread.getName()).log("A watch did not end in time");
        }
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void begin(String name, Following following) {
    lock.lock();
    try {
      threads.add(runtime.start(name, () -> run(name, following)));
    } finally {
      lock.unlock();
    }
  }

  private void run(String name, Following following) {
    try {
      while (!stopped) {
        try {
          following.follow();
        } catch (HistoryLostException behind) {
          LOG.atInfo().addKeyValue("watch", name).log("History is lost; everything is listed anew");
        } catch (StoreException failed) {
          if (stopped) {
            return;
          }
          LOG.atWarn().addKeyValue("watch", name).setCause(failed).log("A watch failed");
          pause.of(RETRY);
        }
      }
    } catch (InterruptedException asked) {
      LOG.debug("{} was asked to end", name);
    }
  }

  private void follow(KeyRange range, Consumer<Change> apply, Consumer<Set<String>> listed)
      throws InterruptedException {
    Slice slice = store.keyValues().list(range);
    Set<String> ids = new HashSet<>();
    for (Entry entry : slice.entries()) {
      repository.idOf(entry.key()).ifPresent(ids::add);
      apply.accept(Change.put(entry));
    }
    listed.accept(ids);
    WatchOptions options = WatchOptions.of(range).from(slice.revision().next());
    try (Watch watch = store.watches().open(options)) {
      while (!stopped) {
        watch.next().changes().forEach(apply);
      }
    }
  }

  private void node(Change change) {
    Optional<String> id = repository.idOf(change.key());
    if (id.isEmpty()) {
      return;
    }
    if (change.kind() == Change.Kind.DELETE) {
      view.ended(id.get());
      return;
    }
    try {
      NodeRecord record = codec.decodeNode(change.entry().value());
      if (!record.id().equals(id.get())) {
        view.unreadable(id.get(), "the record is that of '" + record.id() + "'");
        return;
      }
      view.seen(record, change.entry().created(), change.entry().modified());
      if (record.stopped()) {
        dismissed.accept(record.incarnation());
      }
    } catch (UnreadableRecordException unreadable) {
      view.unreadable(id.get(), "the record cannot be read: " + unreadable.problem());
    }
  }

  private void member(Change change) {
    Optional<String> id = repository.idOf(change.key());
    if (id.isEmpty()) {
      return;
    }
    if (change.kind() == Change.Kind.DELETE) {
      view.undeclared(id.get());
      return;
    }
    try {
      DeclaredMember member = codec.decodeMember(change.entry().value());
      if (member.id().equals(id.get())) {
        view.declared(member);
      } else {
        view.unreadableMember(id.get(), "the declaration is that of '" + member.id() + "'");
      }
    } catch (UnreadableRecordException unreadable) {
      view.unreadableMember(id.get(), "the declaration cannot be read: " + unreadable.problem());
    }
  }

  private void followLeader() throws InterruptedException {
    try (LeaderWatch watch = Elections.over(store).observe(election)) {
      while (!stopped) {
        view.leader(watch.next().leader().map(this::describe));
      }
    }
  }

  private LeaderRecord describe(Leader leader) {
    long term = leader.token().value();
    Instant electedAt = repository.electedAt(term).orElseGet(runtime::now);
    try {
      return codec.decodeCandidate(leader.proposal(), term, electedAt);
    } catch (UnreadableRecordException foreign) {
      // Another client of the same election; what it proposes is its own affair.
      String text = leader.proposal().utf8();
      return new LeaderRecord(NodeNames.isId(text) ? text : "unknown", "", "", term, electedAt);
    }
  }
}

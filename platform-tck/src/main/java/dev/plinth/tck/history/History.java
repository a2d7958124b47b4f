package dev.plinth.tck.history;

import dev.plinth.spi.Capability;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What several clients asked of a store, what it answered, and what it delivered to watches.
 *
 * <p>Thread-safe while it is recorded; then read.
 *
 * @since 0.1
 */
public final class History {
  /**
   * A client that believed to lead.
   *
   * @param client who
   * @param token the revision of its term
   * @param tick when
   */
  public record Belief(int client, Revision token, long tick) {}

  /**
   * A while in which the store, or the way to it, was disturbed.
   *
   * @param from when it began, by the store's clock, in nanoseconds
   * @param until when everything was as it should be again
   */
  public record Disturbed(long from, long until) {}

  /**
   * A while in which the server that led, and ends leases, did not run.
   *
   * @param from when it stopped at the earliest, by the store's clock, in nanoseconds
   * @param until when it went on at the latest
   */
  public record LeaderStop(long from, long until) {}

  private final Set<Capability> capabilities;
  private final StoreLimits limits;
  private final StoreRuntime runtime;
  private final AtomicLong ticks = new AtomicLong();
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final Queue<WatchLog> watches = new ConcurrentLinkedQueue<>();
  private final Queue<Belief> beliefs = new ConcurrentLinkedQueue<>();
  private final Queue<Disturbed> disturbances = new ConcurrentLinkedQueue<>();
  private final Queue<LeaderStop> leaderStops = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Call> last = new ConcurrentHashMap<>();
  private final Map<Integer, Call> lastAnswered = new ConcurrentHashMap<>();
  private volatile @Nullable WatchLog observer;

  History(Store store) {
    this.capabilities = store.capabilities();
    this.limits = store.limits();
    this.runtime = store.runtime();
  }

  long tick() {
    return ticks.incrementAndGet();
  }

  long time() {
    return runtime.nanoTime();
  }

  /**
   * Makes a call and writes it down.
   *
   * @param client who calls, one call at a time
   * @param request what is asked
   * @param body asks it
   * @return the call with its answer
   */
  public Call record(int client, Call.Request request, Supplier<Call.Answer> body) {
    long time = runtime.nanoTime();
    long invoked = tick();
    Call.Answer answer;
    try {
      answer = body.get();
    } catch (StoreException error) {
      answer = new Call.Answer.Failed(error);
    }
    long returned = tick();
    Call call = new Call(client, invoked, returned, time, runtime.nanoTime(), request, answer);
    calls.add(call);
    last.put(client, call);
    if (call.isAnswered()) {
      lastAnswered.put(client, call);
    }
    return call;
  }

  /**
   * Returns the last call of a client that is over.
   *
   * @param client who called
   * @return the call; nothing if there is none yet
   */
  public Optional<Call> last(int client) {
    return Optional.ofNullable(last.get(client));
  }

  /** The last call of a client that the store answered. */
  Optional<Call> lastAnswered(int client) {
    return Optional.ofNullable(lastAnswered.get(client));
  }

  /** Notes a disturbance that is over. */
  void add(Disturbed disturbed) {
    disturbances.add(disturbed);
  }

  /**
   * Returns when the store was disturbed.
   *
   * @return the disturbances in the order in which they ended
   */
  public List<Disturbed> disturbances() {
    return List.copyOf(disturbances);
  }

  /** Notes a stop that is over. */
  void add(LeaderStop stop) {
    leaderStops.add(stop);
  }

  /**
   * Returns when who led was stopped.
   *
   * @return the stops in the order in which they ended
   */
  public List<LeaderStop> leaderStops() {
    return List.copyOf(leaderStops);
  }

  void add(WatchLog log) {
    watches.add(log);
  }

  void add(Belief belief) {
    beliefs.add(belief);
  }

  void observedBy(WatchLog log) {
    observer = log;
    watches.add(log);
  }

  /**
   * Returns the calls.
   *
   * @return in the order in which they were invoked
   */
  public List<Call> calls() {
    return calls.stream().sorted(Comparator.comparingLong(Call::invoked)).toList();
  }

  /**
   * Returns the watches, that of the observer too.
   *
   * @return in no order
   */
  public List<WatchLog> watches() {
    return List.copyOf(watches);
  }

  /**
   * Returns the watch that saw every change of every key from the beginning.
   *
   * @return its log
   */
  public WatchLog observer() {
    WatchLog log = observer;
    if (log == null) {
      throw new IllegalStateException("nobody observed this history");
    }
    return log;
  }

  /**
   * Returns when clients believed to lead.
   *
   * @return in no order
   */
  public List<Belief> beliefs() {
    return List.copyOf(beliefs);
  }

  /**
   * Returns what the store offered.
   *
   * @return its capabilities
   */
  public Set<Capability> capabilities() {
    return capabilities;
  }

  /**
   * Returns what the store accepted.
   *
   * @return its limits
   */
  public StoreLimits limits() {
    return limits;
  }
}

package dev.plinth.tck.history;

import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one watch was asked for and delivered.
 *
 * <p>Written by one thread, read when it is done.
 *
 * @since 0.1
 */
public final class WatchLog {
  /**
   * One delivery.
   *
   * @param tick when it was taken
   * @param time the store's clock then, in nanoseconds
   * @param batch what was delivered
   */
  public record Delivery(long tick, long time, WatchBatch batch) {}

  private final WatchOptions options;
  private final Revision startedAt;
  private final List<Delivery> deliveries = new ArrayList<>();
  private @Nullable StoreException end;
  private @Nullable Revision target;

  WatchLog(WatchOptions options, Revision startedAt) {
    this.options = options;
    this.startedAt = startedAt;
  }

  void delivered(Delivery delivery) {
    deliveries.add(delivery);
  }

  void ended(StoreException error) {
    end = error;
  }

  /** Says that the watch was pulled until it had to have everything up to here. */
  void drainedTo(Revision revision) {
    target = revision;
  }

  /**
   * Returns what the watch was asked for.
   *
   * @return its options
   */
  public WatchOptions options() {
    return options;
  }

  /**
   * Returns the first revision that the watch had to deliver.
   *
   * @return the start that was asked for, or the one behind where it was opened
   */
  public Revision first() {
    return options.from().orElse(startedAt.next());
  }

  /**
   * Returns what it delivered, in order.
   *
   * @return the deliveries
   */
  public List<Delivery> deliveries() {
    return List.copyOf(deliveries);
  }

  /**
   * Returns what it ended with.
   *
   * @return its terminal error, if it ended by itself
   */
  public Optional<StoreException> end() {
    return Optional.ofNullable(end);
  }

  /**
   * Returns up to where it had to deliver everything.
   *
   * @return the revision, if it was pulled to the end
   */
  public Optional<Revision> target() {
    return Optional.ofNullable(target);
  }

  /**
   * Returns up to where it has delivered everything.
   *
   * @return the revision of its last delivery
   */
  public Revision position() {
    return deliveries.isEmpty() ? Revision.ZERO : deliveries.getLast().batch().revision();
  }
}

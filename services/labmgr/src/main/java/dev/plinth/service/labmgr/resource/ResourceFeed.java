package dev.plinth.service.labmgr.resource;

import java.util.function.Consumer;

/**
 * Says which resources changed, to those who look at them then. What it says is a hint: whoever
 * follows reads the resource itself, and is told again of every resource when some hints may have
 * been missed.
 *
 * <p>Thread-safe.
 */
public interface ResourceFeed {
  /** Ends a following; nothing is said after it returns. Idempotent. */
  interface Following extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Says each resource of a kind that is there, and then each that changes.
   *
   * @param kind which kind
   * @param follower is told names; must not block
   * @return what ends it
   */
  Following follow(ResourceKind kind, Consumer<ResourceName> follower);
}

package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;

/** Says whether enough replicas live for a batch to be kept (H6). Thread-safe; never blocks. */
@FunctionalInterface
interface HazelcastGuard {
  /**
   * Looks at the replicas of the partition that a keyspace is in; called on its owner, on the
   * partition's thread, before anything is touched.
   *
   * @throws HazelcastException if there are too few; the batch is not applied then
   */
  void check(HazelcastInstance instance, String keyspace);
}

package dev.plinth.storage.hazelcast;

import java.time.Duration;

/**
 * What the owner of a keyspace sees to by itself.
 *
 * @param historyRevisions past revisions kept at most; 0 for any number
 * @param historyAge how long they are kept at most; zero for ever
 * @param historyBytes keys and values kept in the history at most; 0 for any amount
 * @param stateBytes how large data and history may be before what adds to them is refused (H13)
 */
record OwnerRules(long historyRevisions, Duration historyAge, long historyBytes, long stateBytes) {}

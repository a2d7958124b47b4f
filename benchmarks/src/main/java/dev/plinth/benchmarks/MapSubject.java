package dev.plinth.benchmarks;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Hazelcast's own distributed map, used through members that callers share evenly. */
final class MapSubject implements CallerSubject {
  private final List<IMap<String, byte[]>> maps = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();

  /**
   * A map with keys that live at chosen members.
   *
   * @param members through which callers reach it
   * @param count how many keys are needed
   * @param owner whose keys are used
   */
  MapSubject(List<HazelcastInstance> members, int count, Predicate<Member> owner) {
    members.forEach(member -> maps.add(member.getMap("benchmark")));
    for (int number = 0; keys.size() < count; number++) {
      String key = Keys.item(number).utf8();
      if (owner.test(members.getFirst().getPartitionService().getPartition(key).getOwner())) {
        keys.add(key);
      }
    }
  }

  private IMap<String, byte[]> mapFor(int key) {
    return maps.get(key / CallerCase.KEYS_EACH % maps.size());
  }

  @Override
  public boolean get(int key) {
    return mapFor(key).get(keys.get(key)) != null;
  }

  @Override
  public long put(int key, int value) {
    mapFor(key).set(keys.get(key), Keys.value(value).toArray());
    return 1;
  }

  @Override
  public boolean replace(int key, int value) {
    return mapFor(key).replace(keys.get(key), Keys.value(value).toArray()) != null;
  }

  /** Its members are closed by whoever started them. */
  @Override
  public void close() {}
}

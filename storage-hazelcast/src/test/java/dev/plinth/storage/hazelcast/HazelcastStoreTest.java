package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Store;
import dev.plinth.tck.EveryContract;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The contract, on one member; its methods wait side by side. Those on three are always run. */
@EnabledIfSystemProperty(named = "plinth.all", matches = "true")
@Execution(ExecutionMode.CONCURRENT)
final class HazelcastStoreTest implements EveryContract {
  private static final String SHARED = "shared";

  @SuppressWarnings("NullAway.Init")
  private static TestMember member;

  @BeforeAll
  static void start() {
    member = TestMember.alone(TestMember.RULES);
    member.create(SHARED);
  }

  @AfterAll
  static void stop() {
    member.close();
  }

  @Override
  public String storeName() {
    return "hazelcast, one member";
  }

  @Override
  public String providerName() {
    return "hazelcast";
  }

  @Override
  public Store open() {
    return member.open(SHARED);
  }

  @Override
  public Store openEmpty() {
    String keyspace = UUID.randomUUID().toString();
    member.create(keyspace);
    return member.open(keyspace);
  }

  @Override
  public Optional<Store> openAnother(Store store) {
    return Optional.of(member.open(SHARED));
  }
}

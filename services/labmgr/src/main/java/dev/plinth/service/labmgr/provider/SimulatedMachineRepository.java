package dev.plinth.service.labmgr.provider;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Entry;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Put;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The machines of the simulated cloud, at {@code <prefix>/simulated-machines/<token>}: in the
 * store, so that all lab managers on it see one cloud and find it again after a restart. Tokens
 * that are used up are remembered for an hour.
 *
 * <p>Thread-safe.
 */
final class SimulatedMachineRepository {
  private static final Duration REMEMBERED = Duration.ofHours(1);
  private static final TypeReference<Map<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};

  private final Store store;
  private final KeySpace space;
  private final JsonMapper mapper = new JsonMapper();

  @Inject
  SimulatedMachineRepository(Store store, SimulatedKeys keys) {
    this.store = store;
    this.space = keys.root().child("simulated-machines");
  }

  Optional<SimulatedMachine> find(String token) {
    return store.keyValues().get(space.key(token)).map(this::decode);
  }

  List<SimulatedMachine> list() {
    return store.keyValues().list(space.below()).entries().stream().map(this::decode).toList();
  }

  /** Changes what is known of a token, whoever else does too, and returns it. */
  SimulatedMachine change(String token, Instant now, UnaryOperator<SimulatedMachine> change) {
    while (true) {
      Optional<Entry> entry = store.keyValues().get(space.key(token));
      SimulatedMachine before =
          entry.map(this::decode).orElseGet(() -> SimulatedMachine.unknown(token, now));
      SimulatedMachine after = change.apply(before);
      if (after.equals(before) || write(entry, after)) {
        return after;
      }
    }
  }

  private boolean write(Optional<Entry> read, SimulatedMachine next) {
    Put put =
        Put.of(
            space.key(next.token()), Bytes.of(mapper.writeValueAsBytes(next.stored().members())));
    if (next.over() && read.flatMap(Entry::lease).isEmpty()) {
      LeaseId lease = store.leases().grant(REMEMBERED).id();
      put = put.withLease(lease);
    } else if (read.isPresent()) {
      put = put.keepingLease();
    }
    return store
        .keyValues()
        .commit(
            Transaction.when(
                    read.map(Condition::unchanged)
                        .orElseGet(() -> Condition.absent(space.key(next.token()))))
                .then(put))
        .conditionsHeld();
  }

  private SimulatedMachine decode(Entry entry) {
    return SimulatedMachine.from(Document.of(mapper.readValue(entry.value().toArray(), OBJECT)));
  }
}

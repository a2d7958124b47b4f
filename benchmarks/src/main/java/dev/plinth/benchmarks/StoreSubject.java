package dev.plinth.benchmarks;

import dev.plinth.spi.Condition;
import dev.plinth.spi.Key;
import dev.plinth.spi.Put;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import java.util.List;

/** Stores of the same data, which callers share evenly. */
final class StoreSubject implements CallerSubject {
  private final List<Store> stores;

  StoreSubject(List<Store> stores) {
    this.stores = List.copyOf(stores);
  }

  private Store storeFor(int key) {
    return stores.get(key / CallerCase.KEYS_EACH % stores.size());
  }

  @Override
  public boolean get(int key) {
    return storeFor(key).keyValues().get(Keys.item(key)).isPresent();
  }

  @Override
  public long put(int key, int value) {
    return storeFor(key).keyValues().put(Keys.item(key), Keys.value(value)).value();
  }

  @Override
  public boolean replace(int number, int value) {
    Key key = Keys.item(number);
    return storeFor(number)
        .keyValues()
        .commit(Transaction.when(Condition.exists(key)).then(Put.of(key, Keys.value(value))))
        .conditionsHeld();
  }

  @Override
  public void close() {
    stores.forEach(Store::close);
  }
}

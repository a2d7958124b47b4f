package dev.plinth.storage.memory;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.tck.EveryContract;
import dev.plinth.tck.VirtualRuntime;
import dev.plinth.tck.VirtualTimeFixture;
import java.util.UUID;

/** The contract, on the memory store in virtual time. */
final class MemoryStoreTest implements VirtualTimeFixture, EveryContract {
  @Override
  public String storeName() {
    return "memory";
  }

  @Override
  public Store open() {
    return new MemoryStoreProvider()
        .open(Settings.empty(), new VirtualRuntime(UUID.randomUUID().getMostSignificantBits()));
  }

  @Override
  public Store openEmpty() {
    return open();
  }
}

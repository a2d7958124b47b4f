package dev.plinth.storage.memory;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.tck.CompactionContract;
import dev.plinth.tck.ConcurrencyContract;
import dev.plinth.tck.ConnectionContract;
import dev.plinth.tck.ElectionsContract;
import dev.plinth.tck.HistoryContract;
import dev.plinth.tck.LeadershipContract;
import dev.plinth.tck.LeaseHoldingContract;
import dev.plinth.tck.LeasesContract;
import dev.plinth.tck.LocksContract;
import dev.plinth.tck.RangeCacheContract;
import dev.plinth.tck.ReadContract;
import dev.plinth.tck.RestartContract;
import dev.plinth.tck.RevisionContract;
import dev.plinth.tck.SessionsContract;
import dev.plinth.tck.StoreContract;
import dev.plinth.tck.TransactionContract;
import dev.plinth.tck.VirtualRuntime;
import dev.plinth.tck.VirtualTimeFixture;
import dev.plinth.tck.WatchHandleContract;
import dev.plinth.tck.WatchesContract;
import java.util.UUID;

/** The contract, on the memory store in virtual time. */
final class MemoryStoreTest
    implements VirtualTimeFixture,
        StoreContract,
        RevisionContract,
        ReadContract,
        TransactionContract,
        ConcurrencyContract,
        CompactionContract,
        LeasesContract,
        LeaseHoldingContract,
        WatchesContract,
        WatchHandleContract,
        ConnectionContract,
        SessionsContract,
        ElectionsContract,
        LeadershipContract,
        LocksContract,
        RangeCacheContract,
        RestartContract,
        HistoryContract {
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

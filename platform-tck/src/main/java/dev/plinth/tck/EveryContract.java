package dev.plinth.tck;

/**
 * All of the contract: what a store's test class implements, so that no part is forgotten.
 *
 * @since 0.1
 */
public interface EveryContract
    extends StoreContract,
        RevisionContract,
        DeletionContract,
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
        HistoryContract {}

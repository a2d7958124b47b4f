package dev.plinth.storage.etcd;

/** What a call asks for, which decides what its failure means and whether it may be repeated. */
enum EtcdCall {
  /** Reads through consensus: sees every write acknowledged before it was sent. */
  READ,
  /** Reads what one member knows, which may be behind. */
  LOCAL_READ,
  /** Changes something; never repeated once it may have reached a server. */
  WRITE
}

package dev.plinth.storage.etcd.testing;

/** A server ended by itself. */
final class EtcdEndedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  EtcdEndedException(String message) {
    super(message);
  }
}

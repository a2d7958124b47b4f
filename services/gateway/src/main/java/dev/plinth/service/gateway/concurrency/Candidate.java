package dev.plinth.service.gateway.concurrency;

import com.google.protobuf.ByteString;
import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;

/**
 * A key that waits its turn, or has it: the oldest one of its range.
 *
 * <p>Immutable.
 *
 * @param range the keys of all candidates
 * @param key its own
 * @param lease what the key ends with
 * @param ownLease whether the lease was made for this call alone
 * @param created when the key came to be: its place in the order
 * @param entered the store's revision when it was there first
 */
record Candidate(
    KeyRange range, Key key, LeaseId lease, boolean ownLease, Revision created, Revision entered) {

  /** Returns the keys of all candidates of a name. */
  static KeyRange range(ByteString name) {
    return KeyRange.prefix(Ranges.key(prefix(name)));
  }

  /** Returns the key of a name's candidate with a lease. */
  static Key key(ByteString name, LeaseId lease) {
    return Ranges.key(prefix(name).concat(ByteString.copyFromUtf8(hexadecimal(lease.value()))));
  }

  private static ByteString prefix(ByteString name) {
    return name.concat(ByteString.copyFromUtf8("/"));
  }

  /** Signed, as clients in Go print the number. */
  private static String hexadecimal(long number) {
    return number < 0 ? "-" + Long.toHexString(-number) : Long.toHexString(number);
  }
}

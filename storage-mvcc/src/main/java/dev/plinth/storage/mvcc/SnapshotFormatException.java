package dev.plinth.storage.mvcc;

import java.io.IOException;

/** What was to be read is no snapshot, or a damaged one. */
@SuppressWarnings("serial") // never serialised
public final class SnapshotFormatException extends IOException {
  SnapshotFormatException(String message) {
    super(message);
  }

  SnapshotFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}

package dev.plinth.storage.memory;

import dev.plinth.spi.Revision;
import dev.plinth.storage.mvcc.KeyspaceEdit;

/**
 * Compacts by itself what is more history than wanted, by count and by size. Belongs to the writer.
 *
 * @param revisions how many past revisions are kept at most; 0 for any number
 * @param bytes how much they may hold; 0 for any amount
 */
record MemoryHistoryLimit(long revisions, long bytes) {
  void apply(KeyspaceEdit edit) {
    if (revisions > 0) {
      compact(edit, edit.revision().value() - revisions);
    }
    if (bytes > 0 && edit.historyBytes() > bytes) {
      compact(edit, edit.oldestWithin(bytes).value());
    }
  }

  static void compact(KeyspaceEdit edit, long oldest) {
    if (oldest > Math.max(1, edit.compacted().value())) {
      edit.compact(Revision.of(oldest));
    }
  }
}

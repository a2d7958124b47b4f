package dev.plinth.service.gateway.maintenance;

import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import io.etcd.jetcd.api.KeyValue;
import java.util.List;
import java.util.function.Consumer;

/**
 * All keys at one revision, page by page, so that no answer of the store is large.
 *
 * <p>Immutable.
 */
record EntryPages(KeyValues keyValues, Revision revision) {
  private static final int PAGE = 128;
  private static final Key LOWEST = Key.of((byte) 0);

  /**
   * Shows every page, in key order.
   *
   * @throws dev.plinth.spi.StoreException if the store failed, or compacted the revision meanwhile
   */
  void forEach(Consumer<List<KeyValue>> reader) {
    Key next = LOWEST;
    boolean more = true;
    while (more) {
      Slice slice = keyValues.read(Read.of(KeyRange.from(next)).at(revision).limitedTo(PAGE));
      List<Entry> entries = slice.entries();
      reader.accept(entries.stream().map(Ranges::keyValue).toList());
      more = slice.more();
      if (more) {
        next = entries.getLast().key().next();
      }
    }
  }
}

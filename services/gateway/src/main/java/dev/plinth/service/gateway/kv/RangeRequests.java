package dev.plinth.service.gateway.kv;

import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Read;
import dev.plinth.spi.Read.Direction;
import dev.plinth.spi.Read.SortTarget;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeRequest.SortOrder;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import java.util.Comparator;
import java.util.List;

/** Translates range requests and their answers. Holds nothing. */
final class RangeRequests {
  private RangeRequests() {}

  static void check(RangeRequest request) {
    if (request.getKey().isEmpty()) {
      throw GatewayError.EMPTY_KEY.exception();
    }
    if (request.getSortOrder() == SortOrder.UNRECOGNIZED
        || request.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED) {
      throw GatewayError.INVALID_SORT_OPTION.exception();
    }
  }

  static Read read(RangeRequest request) {
    Read read = Read.of(Ranges.of(request.getKey(), request.getRangeEnd()));
    if (request.getRevision() > 0) {
      read = read.at(Revision.of(request.getRevision()));
    }
    if (request.getSerializable()) {
      read = read.serializable();
    }
    if (request.getCountOnly()) {
      return read.countOnly();
    }
    if (isFiltered(request)) {
      read = read.filteredBy(filter(request));
    }
    if (isCutBeforeSorted(request)) {
      // One more than wanted tells whether there are more, and values are compared before they go.
      read = read.limitedTo(request.getLimit() == Long.MAX_VALUE ? 0 : request.getLimit() + 1);
      boolean comparesValues = request.getSortTarget() == RangeRequest.SortTarget.VALUE;
      return request.getKeysOnly() && !comparesValues ? read.keysOnly() : read;
    }
    read = read.orderedBy(target(request), direction(request)).limitedTo(request.getLimit());
    return request.getKeysOnly() ? read.keysOnly() : read;
  }

  static RangeResponse response(RangeRequest request, Slice slice, ResponseHeader header) {
    RangeResponse.Builder response =
        RangeResponse.newBuilder().setHeader(header).setCount(slice.count());
    List<Entry> entries = slice.entries();
    boolean more = slice.more();
    if (isCutBeforeSorted(request) && !request.getCountOnly()) {
      more = entries.size() > request.getLimit();
      entries = entries.stream().sorted(comparator(request)).limit(request.getLimit()).toList();
    }
    for (Entry entry : entries) {
      response.addKvs(Ranges.keyValue(request.getKeysOnly() ? entry.withoutValue() : entry));
    }
    return response.setMore(more).build();
  }

  /**
   * A target without an order sorts upwards, but only what the limit left: one more than it, in key
   * order.
   */
  private static boolean isCutBeforeSorted(RangeRequest request) {
    return request.getSortOrder() == SortOrder.NONE
        && request.getSortTarget() != RangeRequest.SortTarget.KEY
        && request.getLimit() > 0
        && !isFiltered(request);
  }

  private static boolean isFiltered(RangeRequest request) {
    return request.getMinModRevision() != 0
        || request.getMaxModRevision() != 0
        || request.getMinCreateRevision() != 0
        || request.getMaxCreateRevision() != 0;
  }

  /** A bound above is one although it is negative, and nothing is below it. */
  private static Read.Filter filter(RangeRequest request) {
    if (request.getMaxModRevision() < 0 || request.getMaxCreateRevision() < 0) {
      return new Read.Filter(
          Revision.of(Long.MAX_VALUE), Revision.ZERO, Revision.ZERO, Revision.ZERO);
    }
    return new Read.Filter(
        Revision.of(request.getMinModRevision()),
        Revision.of(request.getMaxModRevision()),
        Revision.of(request.getMinCreateRevision()),
        Revision.of(request.getMaxCreateRevision()));
  }

  private static Direction direction(RangeRequest request) {
    return request.getSortOrder() == SortOrder.DESCEND ? Direction.DESCENDING : Direction.ASCENDING;
  }

  private static SortTarget target(RangeRequest request) {
    return switch (request.getSortTarget()) {
      case KEY, UNRECOGNIZED -> SortTarget.KEY;
      case VERSION -> SortTarget.VERSION;
      case CREATE -> SortTarget.CREATED;
      case MOD -> SortTarget.MODIFIED;
      case VALUE -> SortTarget.VALUE;
    };
  }

  private static Comparator<Entry> comparator(RangeRequest request) {
    return switch (target(request)) {
      case KEY -> Comparator.comparing(Entry::key);
      case VERSION -> Comparator.comparingLong(Entry::version);
      case CREATED -> Comparator.comparing(Entry::created);
      case MODIFIED -> Comparator.comparing(Entry::modified);
      case VALUE -> Comparator.comparing(Entry::value);
    };
  }
}

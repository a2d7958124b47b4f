package dev.plinth.service.gateway.watch;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.spi.Change;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Reads and writes the messages of watches. Holds nothing.
 *
 * <p>Fields that the generated classes lack are read and written as unknown ones; the numbers are
 * those of etcd's rpc.proto.
 */
final class WatchMessages {
  private static final int CREATE_WATCH_ID = 7;
  private static final int CREATE_FRAGMENT = 8;
  private static final int RESPONSE_FRAGMENT = 7;

  private static final UnknownFieldSet MORE_FOLLOWS =
      UnknownFieldSet.newBuilder()
          .addField(RESPONSE_FRAGMENT, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
          .build();

  private WatchMessages() {}

  /** Returns the id that the client chose; 0 if it leaves that to the server. */
  static long watchId(WatchCreateRequest request) {
    return lastVarint(request, CREATE_WATCH_ID);
  }

  /** Says whether large answers may come in parts. */
  static boolean fragment(WatchCreateRequest request) {
    return lastVarint(request, CREATE_FRAGMENT) != 0;
  }

  /** As everywhere in the protocol's encoding, the last one of several counts. */
  private static long lastVarint(WatchCreateRequest request, int number) {
    List<Long> values = request.getUnknownFields().getField(number).getVarintList();
    return values.isEmpty() ? 0 : values.getLast();
  }

  /** Returns what the client wants to see; kinds of filters that nobody knows filter nothing. */
  static Set<Change.Kind> kinds(WatchCreateRequest request) {
    Set<Change.Kind> kinds = EnumSet.allOf(Change.Kind.class);
    for (WatchCreateRequest.FilterType filter : request.getFiltersList()) {
      switch (filter) {
        case NOPUT -> kinds.remove(Change.Kind.PUT);
        case NODELETE -> kinds.remove(Change.Kind.DELETE);
        case UNRECOGNIZED -> {}
      }
    }
    return kinds;
  }

  static Event event(Change change) {
    Event.Builder event =
        Event.newBuilder()
            .setType(
                switch (change.kind()) {
                  case PUT -> Event.EventType.PUT;
                  case DELETE -> Event.EventType.DELETE;
                })
            .setKv(Ranges.keyValue(change.entry()));
    change.previous().ifPresent(previous -> event.setPrevKv(Ranges.keyValue(previous)));
    return event.build();
  }

  /**
   * Cuts an answer between its events, if it is large.
   *
   * @param whole with all events
   * @param most the size from which on an answer is too large, unless it has one event only
   * @return the parts, all but the last one marked; the answer itself if it is not large
   */
  static List<WatchResponse> parts(WatchResponse whole, long most) {
    if (whole.getEventsCount() < 2 || whole.getSerializedSize() < most) {
      return List.of(whole);
    }
    WatchResponse empty = whole.toBuilder().clearEvents().setUnknownFields(MORE_FOLLOWS).build();
    List<WatchResponse> parts = new ArrayList<>();
    WatchResponse.Builder part = empty.toBuilder();
    long size = empty.getSerializedSize();
    for (Event event : whole.getEventsList()) {
      int added = CodedOutputStream.computeMessageSize(WatchResponse.EVENTS_FIELD_NUMBER, event);
      if (part.getEventsCount() > 0 && size + added >= most) {
        parts.add(part.build());
        part = empty.toBuilder();
        size = empty.getSerializedSize();
      }
      part.addEvents(event);
      size += added;
    }
    parts.add(part.setUnknownFields(UnknownFieldSet.getDefaultInstance()).build());
    return parts;
  }
}

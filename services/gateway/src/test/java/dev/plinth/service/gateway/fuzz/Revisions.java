package dev.plinth.service.gateway.fuzz;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Moves the revisions in messages by where a script began. Holds nothing. */
final class Revisions {
  private static final Set<String> NAMES =
      Set.of(
          "revision",
          "create_revision",
          "mod_revision",
          "min_mod_revision",
          "max_mod_revision",
          "min_create_revision",
          "max_create_revision",
          "compact_revision",
          "start_revision");

  private static final Set<String> MASKED = Set.of("cluster_id", "member_id", "raft_term");

  private Revisions() {}

  /** Adds to every revision above zero, and takes out who answered. */
  static Message moved(Message message, long distance) {
    Message.Builder builder = message.toBuilder();
    for (var each : message.getAllFields().entrySet()) {
      FieldDescriptor field = each.getKey();
      Object value = each.getValue();
      if (MASKED.contains(field.getName())) {
        builder.clearField(field);
      } else if (NAMES.contains(field.getName())
          && field.getJavaType() == FieldDescriptor.JavaType.LONG) {
        long number = (Long) value;
        builder.setField(field, number > 0 ? number + distance : number);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        builder.setField(field, moved(field, value, distance));
      }
    }
    return builder.build();
  }

  private static Object moved(FieldDescriptor field, Object value, long distance) {
    if (!field.isRepeated()) {
      return moved((Message) value, distance);
    }
    List<Message> all = new ArrayList<>();
    for (Object each : (List<?>) value) {
      all.add(moved((Message) each, distance));
    }
    return all;
  }
}

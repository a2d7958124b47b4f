package dev.plinth.service.centro;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.Locale;

/**
 * The wire contract as agents have it, written down here once more, number by number, so that a
 * change of ours to the schema is noticed.
 */
final class TalkSchema {
  private final FileDescriptor file;

  TalkSchema() {
    FileDescriptorProto.Builder schema =
        FileDescriptorProto.newBuilder()
            .setName("agent.proto")
            .setPackage("talk")
            .setSyntax("proto3")
            .addMessageType(
                message("HeartbeatRequest")
                    .addField(field("node_id", 1, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("timestamp", 2, FieldDescriptorProto.Type.TYPE_INT64))
                    .addField(field("ram_mb", 3, FieldDescriptorProto.Type.TYPE_FLOAT))
                    .addField(field("cpu_percent", 4, FieldDescriptorProto.Type.TYPE_FLOAT))
                    .addField(field("disk_mb", 5, FieldDescriptorProto.Type.TYPE_FLOAT))
                    .addField(map("HeartbeatRequest", "metadata", 6))
                    .addNestedType(entry("metadata")))
            .addMessageType(answer("HeartbeatResponse"))
            .addMessageType(
                message("GetJobRequest")
                    .addField(field("node_id", 1, FieldDescriptorProto.Type.TYPE_STRING)))
            .addMessageType(
                message("GetJobResponse")
                    .addField(field("has_job", 1, FieldDescriptorProto.Type.TYPE_BOOL))
                    .addField(of("Job", field("job", 2, FieldDescriptorProto.Type.TYPE_MESSAGE)))
                    .addField(field("message", 3, FieldDescriptorProto.Type.TYPE_STRING)))
            .addMessageType(
                message("ClaimJobRequest")
                    .addField(field("node_id", 1, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("job_id", 2, FieldDescriptorProto.Type.TYPE_STRING)))
            .addMessageType(answer("ClaimJobResponse"))
            .addMessageType(
                message("UpdateStatusRequest")
                    .addField(field("node_id", 1, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("job_id", 2, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("status", 3, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("detail", 4, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("timestamp", 5, FieldDescriptorProto.Type.TYPE_INT64)))
            .addMessageType(answer("UpdateStatusResponse"))
            .addMessageType(
                message("Job")
                    .addField(field("job_id", 1, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("name", 2, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("type", 3, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("datacenters", 4, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(
                        of("Task", field("tasks", 5, FieldDescriptorProto.Type.TYPE_MESSAGE))
                            .setLabel(Label.LABEL_REPEATED))
                    .addField(map("Job", "meta", 6))
                    .addNestedType(entry("meta")))
            .addMessageType(
                message("Task")
                    .addField(field("name", 1, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(field("driver", 2, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(
                        of(
                            "TaskConfig",
                            field("config", 3, FieldDescriptorProto.Type.TYPE_MESSAGE)))
                    .addField(map("Task", "env", 4))
                    .addNestedType(entry("env")))
            .addMessageType(
                message("TaskConfig")
                    .addField(field("image", 1, FieldDescriptorProto.Type.TYPE_STRING))
                    .addField(map("TaskConfig", "options", 2))
                    .addNestedType(entry("options")));
    try {
      file = FileDescriptor.buildFrom(schema.build(), new FileDescriptor[0]);
    } catch (DescriptorValidationException invalid) {
      throw new IllegalStateException(invalid);
    }
  }

  Descriptor type(String name) {
    return file.findMessageTypeByName(name);
  }

  FileDescriptor file() {
    return file;
  }

  private static DescriptorProto.Builder message(String name) {
    return DescriptorProto.newBuilder().setName(name);
  }

  private static DescriptorProto.Builder answer(String name) {
    return message(name)
        .addField(field("ok", 1, FieldDescriptorProto.Type.TYPE_BOOL))
        .addField(field("message", 2, FieldDescriptorProto.Type.TYPE_STRING));
  }

  private static FieldDescriptorProto.Builder field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(Label.LABEL_OPTIONAL);
  }

  private static FieldDescriptorProto.Builder of(
      String message, FieldDescriptorProto.Builder field) {
    return field.setTypeName(".talk." + message);
  }

  private static FieldDescriptorProto.Builder map(String in, String name, int number) {
    return field(name, number, FieldDescriptorProto.Type.TYPE_MESSAGE)
        .setLabel(Label.LABEL_REPEATED)
        .setTypeName(".talk." + in + "." + entryName(name));
  }

  private static DescriptorProto entry(String name) {
    return message(entryName(name))
        .addField(field("key", 1, FieldDescriptorProto.Type.TYPE_STRING))
        .addField(field("value", 2, FieldDescriptorProto.Type.TYPE_STRING))
        .setOptions(MessageOptions.newBuilder().setMapEntry(true))
        .build();
  }

  private static String entryName(String name) {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1) + "Entry";
  }
}

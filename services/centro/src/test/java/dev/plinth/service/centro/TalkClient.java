package dev.plinth.service.centro;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** An agent's client that knows nothing but {@link TalkSchema}. Thread-safe. */
final class TalkClient {
  private static final TalkSchema SCHEMA = new TalkSchema();

  /** An answer of two fields. */
  record Answer(boolean ok, String message) {}

  /** An answer to GetJob. */
  record Offer(boolean hasJob, DynamicMessage job, String message) {
    String jobId() {
      return TalkClient.text(job, "job_id");
    }
  }

  private final Channel channel;
  private final String node;

  TalkClient(Channel channel, String node) {
    this.channel = channel;
    this.node = node;
  }

  String node() {
    return node;
  }

  /** Reports a node with room for everything. */
  Answer heartbeat() {
    return heartbeat(16_384, Map.of("datacenter", "dc1", "cpu_cores", "8"));
  }

  Answer heartbeat(float ramMb, Map<String, String> metadata) {
    DynamicMessage.Builder request = begin("HeartbeatRequest");
    set(request, "node_id", node);
    set(request, "timestamp", 1_700_000_000L);
    set(request, "ram_mb", ramMb);
    set(request, "cpu_percent", 100f);
    set(request, "disk_mb", 50_000f);
    FieldDescriptor map = field(request.getDescriptorForType(), "metadata");
    metadata.forEach((key, value) -> {
      DynamicMessage.Builder entry = DynamicMessage.newBuilder(map.getMessageType());
      set(entry, "key", key);
      set(entry, "value", value);
      request.addRepeatedField(map, entry.build());
    });
    return answer(call("Heartbeat", request.build()));
  }

  Offer getJob() {
    DynamicMessage.Builder request = begin("GetJobRequest");
    set(request, "node_id", node);
    DynamicMessage reply = call("GetJob", request.build());
    Descriptor type = reply.getDescriptorForType();
    return new Offer(
        (Boolean) reply.getField(field(type, "has_job")),
        (DynamicMessage) reply.getField(field(type, "job")),
        text(reply, "message"));
  }

  Answer claim(String job) {
    DynamicMessage.Builder request = begin("ClaimJobRequest");
    set(request, "node_id", node);
    set(request, "job_id", job);
    return answer(call("ClaimJob", request.build()));
  }

  Answer update(String job, String status) {
    return update(job, status, "");
  }

  Answer update(String job, String status, String detail) {
    DynamicMessage.Builder request = begin("UpdateStatusRequest");
    set(request, "node_id", node);
    set(request, "job_id", job);
    set(request, "status", status);
    set(request, "detail", detail);
    set(request, "timestamp", 1_700_000_001L);
    return answer(call("UpdateStatus", request.build()));
  }

  static String text(DynamicMessage message, String name) {
    return (String) message.getField(field(message.getDescriptorForType(), name));
  }

  /** Returns the messages of a field, repeated or not. */
  static List<DynamicMessage> messages(DynamicMessage message, String name) {
    FieldDescriptor field = field(message.getDescriptorForType(), name);
    if (!field.isRepeated()) {
      return List.of((DynamicMessage) message.getField(field));
    }
    List<DynamicMessage> messages = new ArrayList<>();
    for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
      messages.add((DynamicMessage) message.getRepeatedField(field, i));
    }
    return messages;
  }

  static Map<String, String> map(DynamicMessage message, String name) {
    Map<String, String> map = new TreeMap<>();
    messages(message, name).forEach(entry -> map.put(text(entry, "key"), text(entry, "value")));
    return map;
  }

  private DynamicMessage call(String method, DynamicMessage request) {
    DynamicMessage reply = DynamicMessage.getDefaultInstance(SCHEMA.type(method + "Response"));
    MethodDescriptor<DynamicMessage, DynamicMessage> descriptor =
        MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("talk.NodeAgentService/" + method)
            .setRequestMarshaller(ProtoUtils.marshaller(request.getDefaultInstanceForType()))
            .setResponseMarshaller(ProtoUtils.marshaller(reply))
            .build();
    return ClientCalls.blockingUnaryCall(
        channel, descriptor, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), request);
  }

  private static Answer answer(DynamicMessage reply) {
    return new Answer(
        (Boolean) reply.getField(field(reply.getDescriptorForType(), "ok")),
        text(reply, "message"));
  }

  private static DynamicMessage.Builder begin(String type) {
    return DynamicMessage.newBuilder(SCHEMA.type(type));
  }

  private static void set(DynamicMessage.Builder message, String name, Object value) {
    message.setField(field(message.getDescriptorForType(), name), value);
  }

  private static FieldDescriptor field(Descriptor type, String name) {
    FieldDescriptor field = type.findFieldByName(name);
    if (field == null) {
      throw new IllegalArgumentException(type.getName() + " has no " + name);
    }
    return field;
  }
}

package dev.plinth.service.centro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.UnreachableStore;
import dev.plinth.service.centro.talk.HeartbeatRequest;
import dev.plinth.spi.Entry;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What agents that exist already rely on. */
final class CentroWireTest {

  @Test
  void anAgentWalksAJobFromQueueToHistory() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      JsonClient http = server.http();
      JsonClient.Answer submitted =
          http.post(
              "/api/v1/jobs",
              """
              {"name": "greet", "type": "batch", "datacenters": ["dc1", "dc2"], "priority": 60,
               "resources": {"cpu": 0.5, "memory_mb": 128, "disk_mb": 10},
               "tasks": [{"name": "hello", "driver": "podman",
                          "config": {"image": "alpine:3", "options": {"command": "true"}},
                          "env": {"GREETING": "hi"}}],
               "meta": {"team": "blue"}}
              """);
      assertThat(submitted.status()).isEqualTo(201);
      String job = submitted.json().path("job_id").stringValue();
      assertThat(centro.keys("/centro/jobs/"))
          .singleElement()
          .asString()
          .matches("/centro/jobs/queue/" + job + "-\\d+");

      TalkClient agent = new TalkClient(server.channel(), "node-1");
      assertThat(agent.heartbeat().ok()).isTrue();

      TalkClient.Offer offer = agent.getJob();
      assertThat(offer.hasJob()).isTrue();
      assertThat(offer.jobId()).isEqualTo(job);
      assertThat(TalkClient.text(offer.job(), "name")).isEqualTo("greet");
      assertThat(TalkClient.text(offer.job(), "type")).isEqualTo("batch");
      assertThat(TalkClient.text(offer.job(), "datacenters")).isEqualTo("dc1,dc2");
      assertThat(TalkClient.map(offer.job(), "meta")).isEqualTo(Map.of("team", "blue"));
      DynamicMessage task = TalkClient.messages(offer.job(), "tasks").getFirst();
      assertThat(TalkClient.text(task, "name")).isEqualTo("hello");
      assertThat(TalkClient.text(task, "driver")).isEqualTo("podman");
      assertThat(TalkClient.map(task, "env")).isEqualTo(Map.of("GREETING", "hi"));
      DynamicMessage config = TalkClient.messages(task, "config").getFirst();
      assertThat(TalkClient.text(config, "image")).isEqualTo("alpine:3");
      assertThat(TalkClient.map(config, "options")).isEqualTo(Map.of("command", "true"));
      JsonNode reserved = centro.document("/centro/jobs/active/" + job);
      assertThat(reserved.path("status").stringValue()).isEqualTo("reserved");
      assertThat(reserved.path("attempt").intValue()).isEqualTo(1);

      assertThat(agent.claim(job).ok()).isTrue();
      assertThat(agent.update(job, "running", "started").ok()).isTrue();
      assertThat(centro.document("/centro/jobs/active/" + job).path("status").stringValue())
          .isEqualTo("running");
      assertThat(agent.update(job, "completed", "exit 0").ok()).isTrue();

      assertThat(centro.keys("/centro/jobs/")).containsExactly("/centro/jobs/history/" + job);
      JsonNode history = centro.document("/centro/jobs/history/" + job);
      assertThat(history.path("status").stringValue()).isEqualTo("completed");
      assertThat(history.path("detail").stringValue()).isEqualTo("exit 0");
      assertThat(history.path("node_id").stringValue()).isEqualTo("node-1");
      assertThat(history.path("claimed_at").isString()).isTrue();
      assertThat(history.path("updated_at").isString()).isTrue();
      assertThat(
              history.path("job").path("tasks").path(0).path("config").path("image").stringValue())
          .as("the record keeps the body")
          .isEqualTo("alpine:3");
    }
  }

  @Test
  void reflectionShowsExactlyTheFieldsThatAgentsHave() throws Exception {
    try (CentroFixture centro = new CentroFixture()) {
      ManagedChannel channel = centro.server().channel();
      CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> requests =
          ServerReflectionGrpc.newStub(channel)
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                      answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                      answer.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(
          ServerReflectionRequest.newBuilder()
              .setFileContainingSymbol("talk.NodeAgentService")
              .build());
      ServerReflectionResponse response = answer.get(10, TimeUnit.SECONDS);
      requests.onCompleted();
      assertThat(response.getFileDescriptorResponse().getFileDescriptorProtoCount()).isEqualTo(1);
      assertThat(fields(HeartbeatRequest.getDescriptor().getFile()))
          .isEqualTo(fields(new TalkSchema().file()));
    }
  }

  @Test
  void refusalsAreAnswersWithAFlagAndAText() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      String job = CentroFixture.submit(server.http(), "one");
      TalkClient first = new TalkClient(server.channel(), "first");
      TalkClient second = new TalkClient(server.channel(), "second");

      assertThat(first.getJob().hasJob()).isFalse();
      assertThat(first.getJob().message()).contains("heartbeat");
      assertThat(centro.keys("/centro/nodes/")).isEmpty();

      first.heartbeat();
      second.heartbeat();
      assertThat(first.claim("no-such-job").message()).contains("no job");
      assertThat(first.claim(job).ok()).as("claim without a reservation").isFalse();
      assertThat(first.update(job, "running").ok()).as("report on a queued job").isFalse();

      assertThat(first.getJob().jobId()).isEqualTo(job);
      assertThat(second.claim(job).ok()).as("claim of another's reservation").isFalse();
      assertThat(first.update(job, "running").message()).contains("not claimed");
      assertThat(first.claim(job).ok()).isTrue();
      assertThat(first.claim(job).message()).contains("already claimed by this node");
      assertThat(second.claim(job).message()).contains("already claimed by another node");
      assertThat(second.update(job, "completed").ok()).isFalse();
      assertThat(centro.place(job)).isEqualTo("active");

      assertThat(first.update(job, "running").ok()).isTrue();
      assertThat(first.update(job, "provisioning").ok()).as("backwards").isFalse();
      assertThat(first.update(job, "failed", "exit 1").ok()).isTrue();
      assertThat(first.update(job, "failed", "exit 1").ok()).as("repeated").isTrue();
      assertThat(first.update(job, "running").message()).contains("final");
      assertThat(first.update(job, "completed").message()).contains("final");
      assertThat(server.http().get("/api/v1/jobs/" + job).json().path("status").stringValue())
          .isEqualTo("failed");
    }
  }

  @Test
  void badInputNamesEveryFieldAndWritesNothing() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      TalkClient agent = new TalkClient(server.channel(), "a/b");
      List<Entry> before = centro.documents();
      assertThat(agent.heartbeat(Float.NaN, Map.of("cpu_cores", "many")))
          .satisfies(answer -> assertThat(answer.ok()).isFalse())
          .satisfies(
              answer -> assertThat(answer.message()).contains("node_id", "ram_mb", "cpu_cores"));
      assertThat(agent.getJob().message()).contains("node_id");
      assertThat(agent.claim("").message()).contains("node_id", "job_id");
      assertThat(agent.update("x y", "queued").message()).contains("node_id", "job_id", "status");
      assertThat(centro.documents()).isEqualTo(before);
    }
  }

  @Test
  void aStoreThatCannotBeReachedIsAStatusAndNeverAnEmptyAnswer() {
    try (CentroFixture centro = new CentroFixture()) {
      UnreachableStore store = new UnreachableStore(centro.store);
      store.reachable(true);
      ServiceFixture server = centro.server(store, Map.of());
      TalkClient agent = new TalkClient(server.channel(), "node-1");
      agent.heartbeat();
      CentroFixture.submit(server.http(), "one");
      store.reachable(false);
      for (Runnable call :
          List.<Runnable>of(
              agent::heartbeat,
              agent::getJob,
              () -> agent.claim("x"),
              () -> agent.update("x", "running"))) {
        assertThatThrownBy(call::run)
            .isInstanceOfSatisfying(
                StatusRuntimeException.class,
                thrown ->
                    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
      }
      assertThat(server.http().get("/api/v1/jobs").status()).isEqualTo(503);
      assertThat(server.http().get("/api/v1/nodes").status()).isEqualTo(503);
      assertThat(server.http().get("/api/v1/stats").status()).isEqualTo(503);
      store.reachable(true);
      assertThat(agent.getJob().hasJob()).isTrue();
    }
  }

  private static Set<String> fields(FileDescriptor file) {
    Set<String> fields = new TreeSet<>();
    List<com.google.protobuf.Descriptors.Descriptor> types =
        new ArrayList<>(file.getMessageTypes());
    file.getMessageTypes().forEach(type -> types.addAll(type.getNestedTypes()));
    for (var type : types) {
      for (FieldDescriptor field : type.getFields()) {
        fields.add(
            type.getFullName()
                + "."
                + field.getName()
                + " "
                + field.getNumber()
                + " "
                + field.getType()
                + (field.isRepeated() ? " repeated" : ""));
      }
    }
    return fields;
  }
}

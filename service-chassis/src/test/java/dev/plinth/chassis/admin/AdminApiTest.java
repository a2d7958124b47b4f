package dev.plinth.chassis.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Module;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.chassis.testing.EventReader;
import dev.plinth.chassis.testing.EventReader.Event;
import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(60)
final class AdminApiTest {
  private static final String KV = "/admin/v1/store/kv";
  private static final String LEASES = "/admin/v1/store/leases";

  /** The admin API as a service, as the launcher starts it. */
  private record AdminService(Path tokenFile) implements Service {
    @Override
    public String name() {
      return "admin";
    }

    @Override
    public void check(Settings settings) {}

    @Override
    public Module module(ServiceContext context) {
      return new AdminModule(new AdminConfig(0, tokenFile));
    }
  }

  private final Store store = Stores.memory();
  private final ServiceFixture service;
  private final JsonClient http;
  private final Path tokenFile;

  AdminApiTest(@TempDir Path folder) throws IOException {
    tokenFile = folder.resolve("state").resolve("admin.token");
    service = ServiceFixture.start(new AdminService(tokenFile), store);
    http = service.http().withHeader("Authorization", AdminToken.read(tokenFile).authorization());
  }

  @BeforeEach
  void isEmpty() {
    assertThat(http.get(KV + "?prefix=").json().path("count").intValue()).isZero();
  }

  @AfterEach
  void stop() {
    service.close();
    store.close();
  }

  @Test
  void onlyItsUserCanReadTheTokenAndItGoesWithTheLauncher() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tokenFile)))
        .isEqualTo("rw-------");
    Path folder = tokenFile.getParent();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(tokenFile);
    }
    service.stop();
    assertThat(tokenFile).doesNotExist();
  }

  @Test
  void nothingIsShownWithoutTheToken() {
    for (JsonClient stranger :
        List.of(
            service.http(),
            service.http().withHeader("Authorization", "Bearer 0"),
            service.http().withHeader("Authorization", "Basic eDp4"))) {
      for (String path : List.of(KV + "?prefix=", LEASES, "/admin/v1/store/status", "/admin/x")) {
        Answer answer = stranger.get(path);
        assertThat(answer.status()).as(path).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
      }
      assertThat(stranger.put(KV, "{\"key\": \"a\", \"value\": \"1\"}").status()).isEqualTo(401);
    }
    assertThat(service.http().get("/healthz").status()).isEqualTo(200);
    assertThat(store.keyValues().get(Key.utf8("a"))).isEmpty();
  }

  @Test
  void aTokenFileThatCannotBeWrittenStopsTheStart(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> ServiceFixture.start(new AdminService(file.resolve("token")), store))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("admin.token-file: cannot write ");
  }

  @Test
  void keysAreWrittenReadAndDeleted() {
    Answer put = http.put(KV, "{\"key\": \"/a/1\", \"value\": \"one\"}");
    assertThat(put.status()).as(put.text()).isEqualTo(200);
    http.put(KV, "{\"key\": \"/a/2\", \"value_base64\": \"/wA=\"}");
    JsonNode one = http.get(KV + "?key=/a/1").json().at("/entries/0");
    assertThat(one.path("value").stringValue()).isEqualTo("one");
    assertThat(one.path("version").intValue()).isEqualTo(1);
    assertThat(one.path("modified").longValue()).isEqualTo(put.json().path("revision").longValue());
    JsonNode list = http.get(KV + "?prefix=/a/").json();
    assertThat(list.path("count").intValue()).isEqualTo(2);
    assertThat(list.at("/entries/1/value_base64").stringValue()).isEqualTo("/wA=");
    assertThat(http.get(KV + "?key=/b").status()).isEqualTo(404);
    JsonNode again =
        http.put(KV, "{\"key\": \"/a/1\", \"value\": \"uno\", \"previous\": true}").json();
    assertThat(again.at("/previous/value").stringValue()).isEqualTo("one");
    long before = put.json().path("revision").longValue();
    assertThat(http.get(KV + "?key=/a/1&at=" + before).json().at("/entries/0/value").stringValue())
        .isEqualTo("one");
    JsonNode deleted = http.delete(KV + "?prefix=/a/&previous=true").json();
    assertThat(deleted.path("deleted").intValue()).isEqualTo(2);
    assertThat(deleted.path("previous").size()).isEqualTo(2);
  }

  @Test
  void aListIsReadInPagesAtOneRevision() {
    for (int i = 0; i < 5; i++) {
      store.keyValues().put(Key.utf8("/p/" + i), Bytes.utf8("" + i));
    }
    JsonNode first = http.get(KV + "?prefix=/p/&limit=2&keys_only=true").json();
    assertThat(first.path("entries").size()).isEqualTo(2);
    store.keyValues().delete(Key.utf8("/p/3"));
    JsonNode second =
        http.get(
                KV
                    + "?prefix=/p/&limit=2&keys_only=true&continue="
                    + first.path("continue").stringValue())
            .json();
    assertThat(second.at("/entries/0/key").stringValue()).isEqualTo("/p/2");
    assertThat(second.at("/entries/1/key").stringValue()).isEqualTo("/p/3");
    JsonNode last =
        http.get(
                KV
                    + "?prefix=/p/&limit=2&keys_only=true&continue="
                    + second.path("continue").stringValue())
            .json();
    assertThat(last.path("entries").size()).isEqualTo(1);
    assertThat(last.has("continue")).isFalse();
  }

  @Test
  void aTransactionTakesOneOfTwoBranches() {
    String transaction =
        """
        {"conditions": [{"key": "/t", "target": "version", "relation": "=", "operand": 0}],
         "then": [{"put": {"key": "/t", "value": "made"}}, {"get": {"key": "/t"}}],
         "otherwise": [{"delete": {"key": "/t", "previous": true}},
                       {"txn": {"then": [{"get": {"prefix": "/t"}}]}}]}
        """;
    JsonNode made = http.post("/admin/v1/store/txn", transaction).json();
    assertThat(made.path("succeeded").booleanValue()).as(made.toString()).isTrue();
    assertThat(made.at("/results/1/get/entries/0/value").stringValue()).isEqualTo("made");
    JsonNode undone = http.post("/admin/v1/store/txn", transaction).json();
    assertThat(undone.path("succeeded").booleanValue()).isFalse();
    assertThat(undone.at("/results/0/delete/deleted").intValue()).isEqualTo(1);
    assertThat(undone.at("/results/1/txn/results/0/get/count").intValue()).isZero();
  }

  @Test
  void leasesAreGrantedRenewedDescribedAndRevoked() {
    Answer granted = http.post(LEASES, "{\"ttl_seconds\": 60, \"id\": \"7f\"}");
    assertThat(granted.status()).isEqualTo(201);
    assertThat(granted.json().path("granted_seconds").intValue()).isEqualTo(60);
    assertThat(http.post(LEASES, "{\"ttl_seconds\": 60, \"id\": \"7f\"}").status()).isEqualTo(409);
    http.put(KV, "{\"key\": \"/l\", \"value\": \"1\", \"lease\": \"7f\"}");
    assertThat(http.get(LEASES + "/7f").json().at("/keys/0/key").stringValue()).isEqualTo("/l");
    assertThat(http.get(LEASES).json().at("/leases/0/id").stringValue()).isEqualTo("7f");
    assertThat(http.post(LEASES + "/7f/renew", "").status()).isEqualTo(200);
    assertThat(http.delete(LEASES + "/7f").status()).isEqualTo(200);
    assertThat(http.get(KV + "?key=/l").status()).isEqualTo(404);
    assertThat(http.get(LEASES + "/7f").status()).isEqualTo(404);
    assertThat(http.post(LEASES + "/7f/renew", "").status()).isEqualTo(409);
    assertThat(http.get(LEASES + "/xyz").wrongFields()).containsExactly("lease");
  }

  @Test
  void changesAreStreamedFromARevisionUntilItIsCompacted() {
    long first = store.keyValues().put(Key.utf8("/w/1"), Bytes.utf8("a")).value();
    store.keyValues().put(Key.utf8("/w/1"), Bytes.utf8("b"));
    store.keyValues().delete(Key.utf8("/w/1"));
    String watch = "/admin/v1/store/watch?prefix=/w/&previous=true&from=";
    try (EventReader events = http.events(watch + first)) {
      List<Event> seen = events.next(3);
      assertThat(seen).extracting(Event::kind).containsExactly("put", "put", "delete");
      assertThat(seen.get(0).id()).isEqualTo(Long.toString(first));
      assertThat(seen.get(1).json().at("/previous/value").stringValue()).isEqualTo("a");
      store.keyValues().put(Key.utf8("/w/2"), Bytes.utf8("c"));
      assertThat(events.next().json().path("key").stringValue()).isEqualTo("/w/2");
    }
    try (EventReader events = http.events("/admin/v1/store/watch?prefix=/w/")) {
      Event opened = events.next();
      assertThat(opened.kind()).isEqualTo("progress");
      assertThat(opened.id()).isEqualTo(store.keyValues().current().toString());
    }
    long now = store.keyValues().current().value();
    assertThat(http.post("/admin/v1/store/compact", "{\"revision\": " + now + "}").status())
        .isEqualTo(200);
    Answer lost = http.get(watch + first);
    assertThat(lost.status()).isEqualTo(410);
    assertThat(lost.problem()).isEqualTo("history-lost");
    assertThat(http.get(KV + "?key=/w/2&at=" + first).status()).isEqualTo(410);
  }

  @Test
  void theStatusSaysWhatStoreThisIs() {
    JsonNode status = http.get("/admin/v1/store/status").json();
    assertThat(status.path("store").stringValue()).isEqualTo("memory");
    assertThat(status.path("members").isArray()).isTrue();
    assertThat(status.path("capabilities").toString()).contains("IN_PROCESS");
    assertThat(status.path("measurements").isObject()).isTrue();
  }

  @Test
  void everyWrongFieldIsNamedAndNothingWritten() {
    Answer put =
        http.put(
            KV,
            "{\"key\": \"\", \"value\": 1, \"value_base64\": \"!\", \"lease\": \"xyz\", \"lese\":"
                + " 1}");
    assertThat(put.status()).isEqualTo(400);
    assertThat(put.wrongFields()).contains("key", "value", "value_base64", "lease", "lese");
    Answer transaction =
        http.post(
            "/admin/v1/store/txn",
            """
            {"conditions": [{"key": "/a", "target": "size", "relation": "~", "operand": 0}],
             "then": [{"put": {"key": "/a"}}, {}, {"get": {"key": "a", "prefix": "b"}}]}
            """);
    assertThat(transaction.status()).isEqualTo(400);
    assertThat(transaction.wrongFields())
        .contains(
            "conditions[0].target",
            "conditions[0].relation",
            "then[0].put.value",
            "then[1]",
            "then[2].get.prefix");
    assertThat(http.get(KV).wrongFields()).containsExactly("key");
    assertThat(http.get(KV + "?key=a&end=b").wrongFields()).containsExactly("end");
    assertThat(store.keyValues().list(KeyRange.all()).entries()).isEmpty();
  }

  @Test
  void theConfigurationNamesPortAndTokenFile() {
    Path state = AdminConfig.stateFolder(Map.of(), Path.of("/home/u"));
    assertThat(state).isEqualTo(Path.of("/home/u/.local/state/plinth"));
    assertThat(AdminConfig.stateFolder(Map.of("XDG_STATE_HOME", "/s"), Path.of("/home/u")))
        .isEqualTo(Path.of("/s/plinth"));
    assertThat(AdminConfig.from(Settings.empty(), 100, state))
        .isEqualTo(new AdminConfig(8170, state.resolve("admin-8170.token")));
    assertThat(AdminConfig.from(Settings.of(Map.of("port", 0, "token-file", "/t")), 100, state))
        .isEqualTo(new AdminConfig(0, Path.of("/t")));
    assertThatThrownBy(() -> AdminConfig.from(Settings.of(Map.of("prt", 1)), 0, state))
        .hasMessageContaining("did you mean 'port'?");
  }
}

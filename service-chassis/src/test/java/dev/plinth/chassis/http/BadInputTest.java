package dev.plinth.chassis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BadInputTest {
  private final AtomicInteger accepted = new AtomicInteger();
  private final Store store = Stores.memory();
  private ServiceFixture service = ServiceFixture.start(new HttpOnlyService(this::routes), store);
  private JsonClient http = service.http();

  @BeforeEach
  void start() {
    http = service.http();
  }

  @AfterEach
  void stop() {
    service.close();
    store.close();
  }

  private void routes(RouteTable table) {
    table.post("/jobs/{job}", this::submit);
    table.get(
        "/jobs/{job}",
        ctx -> {
          RequestReader request = RequestReader.of(ctx);
          request.path("job", Grammar.ID);
          request.finish();
        });
    table.get("/jobs", this::list);
  }

  private void submit(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    request.path("job", Grammar.ID);
    request.queryFlag("dry_run", false);
    JsonReader body = request.body();
    body.string("name", Grammar.ID);
    body.string("owner");
    body.integer("priority", 5, 0, 10);
    body.optionalDecimal("share", 0, 1);
    body.flag("urgent", false);
    body.strings("labels");
    body.stringMap("notes");
    body.oneOf("kind", List.of("batch", "service"));
    body.optionalObject("resources").ifPresent(r -> r.integer("cpu", 1, 64));
    for (JsonReader task : body.objects("tasks")) {
      task.string("command");
    }
    request.finish();
    accepted.incrementAndGet();
    Reply.nothing(ctx);
  }

  private void list(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    PageRequest page = request.page("jobs", 2, 100);
    request.finish();
    int begin = page.token().map(token -> Integer.parseInt(token.after())).orElse(0);
    long revision = page.token().map(token -> token.revision().value()).orElse(7L);
    Reply.json(
        ctx,
        200,
        Json.object()
            .put("begin", begin)
            .put("revision", revision)
            .put(
                "continue",
                page.next(Revision.of(revision), Integer.toString(begin + page.limit()))));
  }

  @Test
  void everythingWrongIsNamedInOneAnswer() {
    Answer answer =
        http.post(
            "/jobs/no%20id?dry_run=maybe&drry_run=1",
            """
            {"name": "a b", "priority": 11, "share": "x", "urgent": "yes", "labels": ["a", 1],
             "notes": {"k": 1}, "kind": "both", "resources": {"cpu": 1.5, "gpu": 1},
             "tasks": [{"command": "x"}, {"comand": "y"}, 3], "prioritty": 3}
            """);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.problem()).isEqualTo("invalid");
    assertThat(answer.wrongFields())
        .containsExactlyInAnyOrder(
            "job",
            "dry_run",
            "drry_run",
            "name",
            "owner",
            "priority",
            "share",
            "urgent",
            "labels[1]",
            "notes.k",
            "kind",
            "resources.cpu",
            "resources.gpu",
            "tasks[1].command",
            "tasks[1].comand",
            "tasks[2]",
            "prioritty");
    assertThat(answer.text())
        .contains("did you mean 'priority'?")
        .contains("did you mean 'command'?")
        .contains("must be between 0 and 10");
    assertThat(accepted).hasValue(0);
  }

  @Test
  void whatIsRightPasses() {
    Answer answer =
        http.post(
            "/jobs/j1?dry_run=true",
            """
            {"name": "a", "owner": "", "priority": 1e1, "share": 0.5, "urgent": true,
             "labels": ["x"], "notes": {"k": "v"}, "kind": "batch", "resources": {"cpu": 64},
             "tasks": [{"command": "x"}]}
            """);
    assertThat(answer.status()).as(answer.text()).isEqualTo(204);
    assertThat(accepted).hasValue(1);
  }

  @Test
  void jsonThatIsNotWellFormedIsShownWhere() {
    Answer answer = http.post("/jobs/j1", "{\"name\": \"a\",\n  oops}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("line 2, column");
    refusedWith400("");
    refusedWith400("[]");
    refusedWith400("\"text\"");
    refusedWith400("null");
    refusedWith400("{} {}");
    refusedWith400("{\"name\": \"a\", \"name\": \"b\"}");
    refusedWith400("[".repeat(20_000));
    refusedWith400("{\"name\": \"a\", \"owner\": \"\\ud800\", \"kind\": \"batch\"}");
  }

  private void refusedWith400(String body) {
    Answer answer = http.post("/jobs/j1", body);
    assertThat(answer.status()).as(body).isEqualTo(400);
    assertThat(answer.problem()).isEqualTo("invalid");
    assertThat(answer.text()).doesNotContain("jackson").doesNotContain("Source:");
    assertThat(accepted).hasValue(0);
  }

  @Test
  void aBodyMayHaveOneMebibyteAndNoMore() {
    String start = "{\"name\": \"a\", \"owner\": \"";
    String end = "\", \"kind\": \"batch\"}";
    int room = RequestBody.LIMIT_BYTES - start.length() - end.length();
    assertThat(http.post("/jobs/j1", start + "x".repeat(room) + end).status()).isEqualTo(204);
    Answer tooLarge = http.post("/jobs/j1", start + "x".repeat(room + 1) + end);
    assertThat(tooLarge.status()).isEqualTo(413);
    assertThat(tooLarge.problem()).isEqualTo("too-large");
    assertThat(http.post("/jobs/j1", "x".repeat(5 << 20)).status()).isEqualTo(413);
    assertThat(accepted).hasValue(1);
  }

  @Test
  void onlyJsonInUtf8IsUnderstood() {
    String json = "{\"name\": \"a\", \"owner\": \"ä\", \"kind\": \"batch\"}";
    assertThat(http.send("POST", "/jobs/j1", json, "text/plain").status()).isEqualTo(415);
    assertThat(http.send("POST", "/jobs/j1", json, "").status()).isEqualTo(415);
    assertThat(http.send("POST", "/jobs/j1", json, "application/json; charset=latin1").status())
        .isEqualTo(415);
    assertThat(http.send("POST", "/jobs/j1", json, "Application/JSON; charset=\"UTF-8\"").status())
        .isEqualTo(204);
  }

  @Test
  void aPageIsContinuedAtItsRevision() {
    Answer first = http.get("/jobs?limit=3");
    String token = first.json().path("continue").stringValue();
    Answer second = http.get("/jobs?limit=3&continue=" + token);
    assertThat(second.json().path("begin").intValue()).isEqualTo(3);
    assertThat(second.json().path("revision").intValue()).isEqualTo(7);
  }

  @Test
  void aTokenThatWasTamperedWithIsRefused() {
    String token = http.get("/jobs").json().path("continue").stringValue();
    refusedToken(token.substring(1));
    refusedToken(token + "A");
    refusedToken(token.substring(0, token.length() - 1));
    refusedToken((token.charAt(0) == 'A' ? 'B' : 'A') + token.substring(1));
    refusedToken("%21%21");
    refusedToken("");
    refusedToken(new PageToken(Revision.of(7), "2").encode("another list"));
  }

  private void refusedToken(String token) {
    Answer answer = http.get("/jobs?continue=" + token);
    assertThat(answer.status()).as(token).isEqualTo(400);
    assertThat(answer.wrongFields()).containsExactly("continue");
  }

  @Test
  void whatIsNotWellEncodedIsRefused() throws IOException {
    for (String path : List.of("/jobs?limit=%zz", "/jobs/%zz", "/jobs/%ff", "/jobs?limit=%")) {
      try (Socket client = new Socket("127.0.0.1", service.uri().getPort())) {
        String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer).as(path).startsWith("HTTP/1.1 400 ").contains(Problem.MEDIA_TYPE);
      }
    }
  }

  @Test
  void limitsAreCheckedToo() {
    assertThat(http.get("/jobs?limit=0&limmit=1").wrongFields()).containsExactly("limit", "limmit");
    assertThat(http.get("/jobs?limit=101").wrongFields()).containsExactly("limit");
    assertThat(http.get("/jobs?limit=x").wrongFields()).containsExactly("limit");
    assertThat(http.get("/jobs?limit=1&limit=2").wrongFields()).containsExactly("limit");
  }
}

package dev.plinth.service.labmgr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.http.HttpServer;
import dev.plinth.chassis.http.Route;
import dev.plinth.chassis.testing.JsonClient.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The description of the API, and the page that shows it. */
@Timeout(60)
final class LabManagerApiDocumentTest {
  /** What every service has, or what describes the API itself. */
  private static final Set<String> NOT_DESCRIBED =
      Set.of(
          "/healthz",
          "/readyz",
          "/metrics",
          "/api/docs",
          "/api/docs/openapi.json",
          "/api/docs/assets/{file}");

  @Test
  void theDocumentDescribesExactlyWhatIsServed() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      JsonNode document = labs.http.get("/api/docs/openapi.json").json();
      assertThat(document.path("openapi").stringValue("")).startsWith("3.");
      Set<String> described = new TreeSet<>();
      document
          .path("paths")
          .properties()
          .forEach(path ->
              path.getValue()
                  .propertyNames()
                  .forEach(method ->
                      described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
      Set<String> served = new TreeSet<>();
      for (Route route : labs.service.get(HttpServer.class).routes()) {
        if (!NOT_DESCRIBED.contains(route.path())) {
          served.add(route.method() + " " + route.path());
        }
      }
      assertThat(described).isEqualTo(served).hasSize(20);
    }
  }

  @Test
  void theDocumentIsWholeAndItsExamplesAreAccepted() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      Answer answer = labs.http.get("/api/docs/openapi.json");
      JsonNode document = answer.json();
      Matcher references = Pattern.compile("#/components/schemas/(\\w+)").matcher(answer.text());
      while (references.find()) {
        assertThat(document.path("components").path("schemas").has(references.group(1)))
            .as(references.group(1))
            .isTrue();
      }
      List<String> ids = new ArrayList<>();
      Pattern parameter = Pattern.compile("\\{(\\w+)}");
      document
          .path("paths")
          .properties()
          .forEach(path ->
              path.getValue()
                  .forEach(operation -> {
                    ids.add(operation.path("operationId").stringValue(""));
                    List<String> declared = new ArrayList<>();
                    operation
                        .path("parameters")
                        .forEach(p -> {
                          if (p.path("in").stringValue("").equals("path")) {
                            declared.add(p.path("name").stringValue(""));
                          }
                        });
                    List<String> used = new ArrayList<>();
                    Matcher names = parameter.matcher(path.getKey());
                    while (names.find()) {
                      used.add(names.group(1));
                    }
                    assertThat(declared).containsExactlyInAnyOrderElementsOf(used);
                  }));
      assertThat(ids).doesNotHaveDuplicates().doesNotContain("");
      JsonNode example =
          document
              .path("paths")
              .path("/api/v1/lab-workers")
              .path("post")
              .path("requestBody")
              .path("content")
              .path("application/json")
              .path("example");
      assertThat(labs.http.post("/api/v1/lab-workers", example).status()).isEqualTo(201);
    }
  }

  @Test
  void thePageIsServedFromHereAlone() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      Answer page = labs.http.get("/api/docs");
      assertThat(page.status()).isEqualTo(200);
      assertThat(page.header("Content-Type")).startsWith("text/html");
      assertThat(page.text()).contains("swagger-ui").doesNotContain("http://", "https://");
      Matcher links = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page.text());
      int count = 0;
      while (links.find()) {
        assertThat(labs.http.get(links.group(1)).status()).as(links.group(1)).isEqualTo(200);
        count++;
      }
      assertThat(count).isEqualTo(4);
      assertThat(labs.http.get("/api/docs/assets/start.js").text())
          .contains("/api/docs/openapi.json");
      assertThat(labs.http.get("/api/docs/assets/none.js").status()).isEqualTo(404);
      assertThat(labs.http.get("/api/docs/assets/..%2Findex.html").status()).isEqualTo(404);
    }
  }
}

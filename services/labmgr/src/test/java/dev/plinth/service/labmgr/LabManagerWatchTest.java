package dev.plinth.service.labmgr;

import static dev.plinth.service.labmgr.LabManagerFixture.WORKERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.EventReader;
import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.VirtualTime;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Watches over HTTP. */
@Timeout(120)
final class LabManagerWatchTest {
  private static final String EXAM = "/api/v1/namespaces/exam/lab-workers";
  private static final String EXAM_EVENTS = "/api/v1/watch/namespaces/exam/lab-workers";

  /** Nobody but the test changes workers: the controller would have to be created first. */
  private static LabManagerFixture quiet() {
    return LabManagerFixture.start(Map.of("poll-interval", "1h"));
  }

  private static String version(Answer list) {
    return list.json().path("metadata").path("resourceVersion").stringValue("");
  }

  private static String paused(String name) {
    return "{\"metadata\": {\"name\": \"%s\", \"finalizers\": []}, \"spec\": {}}".formatted(name);
  }

  @Test
  void everyChangeIsToldOnceInOrder() {
    try (LabManagerFixture labs = quiet()) {
      String from = version(labs.http.get(EXAM));
      try (LineReader watch =
          new LineReader(labs.service.uri(), EXAM + "?watch=true&resourceVersion=" + from)) {
        int count = 100;
        for (int i = 0; i < count; i++) {
          assertThat(labs.http.post(EXAM, paused("w-" + i)).status()).isEqualTo(201);
        }
        for (int i = 0; i < count; i++) {
          String patch = "{\"metadata\": {\"labels\": {\"n\": \"%d\"}}}".formatted(i);
          assertThat(labs.mergePatch(EXAM + "/w-" + i, patch).status()).isEqualTo(200);
        }
        for (int i = 0; i < count; i++) {
          labs.http.delete(EXAM + "/w-" + i);
          labs.mergePatch(EXAM + "/w-" + i, "{\"metadata\": {\"finalizers\": null}}");
        }
        List<String> added = new ArrayList<>();
        List<String> labelled = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        long last = Long.parseLong(from);
        while (deleted.size() < count) {
          JsonNode event = watch.nextChange();
          assertThat(LineReader.version(event)).isGreaterThan(last);
          last = LineReader.version(event);
          String name = event.path("object").path("metadata").path("name").stringValue("");
          switch (LineReader.type(event)) {
            case "ADDED" -> added.add(name);
            case "DELETED" -> deleted.add(name);
            case "MODIFIED" -> {
              boolean first = !labelled.contains(name);
              if (first && event.path("object").path("metadata").has("labels")) {
                labelled.add(name);
              }
            }
            default -> throw new AssertionError(event);
          }
        }
        assertThat(added).hasSize(count).doesNotHaveDuplicates();
        assertThat(labelled).containsExactlyElementsOf(added);
        assertThat(deleted).containsExactlyElementsOf(added);
      }
    }
  }

  @Test
  @VirtualTime("bookmarks are half a minute apart")
  void aQuietWatchIsMarked() {
    try (LabManagerFixture labs = quiet()) {
      String from = version(labs.http.get(EXAM));
      try (LineReader watch =
          new LineReader(labs.service.uri(), EXAM + "?watch=true&resourceVersion=" + from)) {
        labs.passUntil("a bookmark", watch::hasNext);
        JsonNode event = watch.next();
        assertThat(LineReader.type(event)).isEqualTo("BOOKMARK");
        assertThat(LineReader.version(event)).isGreaterThanOrEqualTo(Long.parseLong(from));
      }
    }
  }

  @Test
  void aWatchWithoutAVersionTellsWhatIsThereFirst() {
    try (LabManagerFixture labs = quiet()) {
      labs.http.post(EXAM, paused("a"));
      try (LineReader watch = new LineReader(labs.service.uri(), EXAM + "?watch=true")) {
        JsonNode first = watch.next();
        assertThat(LineReader.type(first)).isEqualTo("ADDED");
        JsonNode mark = watch.next();
        assertThat(LineReader.type(mark)).isEqualTo("BOOKMARK");
        assertThat(
                mark.path("object")
                    .path("metadata")
                    .path("annotations")
                    .path("lab.plinth.dev/initial-events-end")
                    .stringValue(""))
            .isEqualTo("true");
        labs.http.post(EXAM, paused("b"));
        JsonNode next = watch.nextChange();
        while (next.path("object").path("metadata").path("name").stringValue("").equals("a")) {
          next = watch.nextChange();
        }
        assertThat(LineReader.type(next)).isEqualTo("ADDED");
      }
    }
  }

  @Test
  void historyThatIsGoneIsSaidAndListingAgainRecovers() {
    try (LabManagerFixture labs = quiet()) {
      String old = version(labs.http.get(EXAM));
      labs.http.post(EXAM, paused("a"));
      labs.http.post(EXAM, paused("b"));
      labs.behind.keyValues().compact(labs.behind.keyValues().current());
      Answer lines = labs.http.get(EXAM + "?watch=true&resourceVersion=" + old);
      assertThat(lines.status()).isEqualTo(410);
      assertThat(lines.problem()).isEqualTo("history-lost");
      assertThat(labs.http.get(EXAM_EVENTS + "?resourceVersion=" + old).status()).isEqualTo(410);
      Answer again = labs.http.get(EXAM);
      assertThat(again.json().path("items")).hasSize(2);
      try (LineReader watch =
          new LineReader(
              labs.service.uri(), EXAM + "?watch=true&resourceVersion=" + version(again))) {
        assertThat(watch.status()).isEqualTo(200);
        labs.http.post(EXAM, paused("c"));
        JsonNode event = watch.nextChange();
        while (!LineReader.type(event).equals("ADDED")) {
          event = watch.nextChange();
        }
        assertThat(event.path("object").path("metadata").path("name").stringValue(""))
            .isEqualTo("c");
      }
    }
  }

  @Test
  void aVersionThatNeverWasIsGone() {
    try (LabManagerFixture labs = quiet()) {
      assertThat(labs.http.get(EXAM + "?watch=true&resourceVersion=999999").status())
          .isEqualTo(410);
    }
  }

  @Test
  void aSelectorBringsResourcesIntoViewAndOutOfIt() {
    try (LabManagerFixture labs = quiet()) {
      String from = version(labs.http.get(EXAM));
      try (LineReader watch =
          new LineReader(
              labs.service.uri(),
              EXAM + "?watch=true&labelSelector=seen%3Dyes&resourceVersion=" + from)) {
        labs.http.post(EXAM, paused("w"));
        labs.mergePatch(EXAM + "/w", "{\"metadata\": {\"labels\": {\"seen\": \"yes\"}}}");
        labs.mergePatch(EXAM + "/w", "{\"metadata\": {\"annotations\": {\"x\": \"1\"}}}");
        labs.mergePatch(EXAM + "/w", "{\"metadata\": {\"labels\": {\"seen\": \"no\"}}}");
        assertThat(LineReader.type(watch.nextChange())).isEqualTo("ADDED");
        JsonNode event = watch.nextChange();
        assertThat(LineReader.type(event)).isEqualTo("MODIFIED");
        while (LineReader.type(event).equals("MODIFIED")) {
          event = watch.nextChange();
        }
        assertThat(LineReader.type(event)).isEqualTo("DELETED");
      }
    }
  }

  @Test
  void serverSentEventsAreResumedByTheirIds() {
    try (LabManagerFixture labs = quiet()) {
      String id;
      try (EventReader events = labs.http.events(EXAM_EVENTS)) {
        EventReader.Event mark = events.next();
        assertThat(mark.kind()).isEqualTo("progress");
        labs.http.post(EXAM, paused("a"));
        EventReader.Event added = events.next();
        assertThat(added.kind()).isEqualTo("put");
        assertThat(LineReader.type(added.json())).isEqualTo("ADDED");
        assertThat(added.id()).isEqualTo(Long.toString(LineReader.version(added.json())));
        id = added.id();
      }
      labs.http.post(EXAM, paused("b"));
      try (EventReader events = labs.http.withHeader("Last-Event-ID", id).events(EXAM_EVENTS)) {
        EventReader.Event event = events.next();
        assertThat(Long.parseLong(event.id())).isGreaterThan(Long.parseLong(id));
        while (!LineReader.type(event.json()).equals("ADDED")) {
          event = events.next();
        }
        assertThat(event.json().path("object").path("metadata").path("name").stringValue(""))
            .isEqualTo("b");
      }
    }
  }

  @Test
  void stoppingEndsWatches() {
    LabManagerFixture labs = quiet();
    try (LineReader watch = new LineReader(labs.service.uri(), EXAM + "?watch=true");
        EventReader events = labs.http.events(EXAM_EVENTS)) {
      watch.next();
      events.next();
      labs.service.stop();
      assertThat(watch.poll()).isEmpty();
      events.awaitEnd();
    } finally {
      labs.close();
    }
  }

  @Test
  void whatIsStoredAndNoResourceIsToldAsInvalid() {
    try (LabManagerFixture labs = quiet();
        LineReader watch = new LineReader(labs.service.uri(), WORKERS + "?watch=true")) {
      watch.next();
      labs.behind
          .keyValues()
          .put(Key.utf8("/lab-resource-manager/lab-workers/broken"), Bytes.utf8("[]"));
      JsonNode event = watch.nextChange();
      assertThat(LineReader.type(event)).isEqualTo("INVALID");
      assertThat(event.path("object").path("name").stringValue("")).isEqualTo("broken");
    }
  }
}

package dev.plinth.service.labmgr;

import static dev.plinth.service.labmgr.LabManagerFixture.WORKERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Lists in pages of one revision, with and without selectors. */
@Timeout(120)
final class LabManagerListTest {
  private static final String FINISHED =
      "{\"metadata\":{\"labels\":{\"track\":\"%s\"}},\"spec\":{},"
          + "\"status\":{\"phase\":\"%s\",\"observedGeneration\":1}}";

  /** Stores workers that no controller has anything to do with. */
  private static void store(Store store, int count) {
    List<Operation> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String track = "track-" + i % 4;
      String phase = i % 10 == 0 ? "Failed" : "Terminated";
      batch.add(
          Put.of(
              Key.utf8(String.format(Locale.ROOT, "/lab-resource-manager/lab-workers/w-%05d", i)),
              Bytes.utf8(FINISHED.formatted(track, phase))));
      if (batch.size() == 100 || i == count - 1) {
        store.keyValues().commit(Transaction.of(batch.toArray(Operation[]::new)));
        batch.clear();
      }
    }
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.path("items")
        .forEach(item -> names.add(item.path("metadata").path("name").stringValue("")));
    return names;
  }

  /** Reads all pages; between them, something changes that later pages must not show. */
  private static List<String> allPages(LabManagerFixture labs, String query) {
    List<String> names = new ArrayList<>();
    String revision = "";
    String next = "";
    int page = 0;
    do {
      Answer answer = labs.http.get(WORKERS + "?limit=100" + query + next);
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      JsonNode metadata = answer.json().path("metadata");
      if (revision.isEmpty()) {
        revision = metadata.path("resourceVersion").stringValue("");
      }
      assertThat(metadata.path("resourceVersion").stringValue("")).isEqualTo(revision);
      assertThat(answer.json().path("items").size()).isLessThanOrEqualTo(100);
      names.addAll(names(answer.json()));
      labs.behind
          .keyValues()
          .put(
              Key.utf8("/lab-resource-manager/lab-workers/x-late-" + page++),
              Bytes.utf8(FINISHED.formatted("track-1", "Terminated")));
      String token = metadata.path("continue").stringValue("");
      next = token.isEmpty() ? "" : "&continue=" + token;
    } while (!next.isEmpty());
    return names;
  }

  @Test
  void tenThousandWorkersAreListedInPagesOfOneRevision() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      int count = 10_000;
      store(labs.behind, count);
      List<String> tracked = allPages(labs, "&labelSelector=track%3Dtrack-1");
      assertThat(tracked).hasSize(count / 4).isSorted().doesNotHaveDuplicates();
      assertThat(tracked).allMatch(name -> Integer.parseInt(name.substring(2)) % 4 == 1);
      List<String> terminated =
          allPages(labs, "&fieldSelector=status.phase%3DTerminated&labelSelector=track%3Dtrack-2");
      assertThat(terminated)
          .allMatch(name -> Integer.parseInt(name.substring(2)) % 4 == 2)
          .allMatch(name -> Integer.parseInt(name.substring(2)) % 10 != 0)
          .hasSize(count / 4 - count / 20);
      List<String> all = allPages(labs, "");
      assertThat(all).hasSizeGreaterThan(count).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void aSelectedListContinuesFromHistoryAtAnotherInstance() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      store(labs.behind, 500);
      String query = WORKERS + "?limit=30&labelSelector=track%3Dtrack-3";
      JsonNode first = labs.http.get(query).json();
      String token = first.path("metadata").path("continue").stringValue("");
      labs.behind.keyValues().delete(Key.utf8("/lab-resource-manager/lab-workers/w-00499"));
      var other = labs.startAnother();
      List<String> names = new ArrayList<>(names(first));
      while (!token.isEmpty()) {
        Answer page = other.http().get(query + "&continue=" + token);
        assertThat(page.status()).isEqualTo(200);
        names.addAll(names(page.json()));
        token = page.json().path("metadata").path("continue").stringValue("");
      }
      assertThat(names).hasSize(125).isSorted().doesNotHaveDuplicates().contains("w-00499");
    }
  }

  @Test
  void aSelectedListShowsWhatWasJustWritten() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      for (int i = 0; i < 50; i++) {
        labs.http.post(WORKERS, LabManagerFixture.worker("w-" + i, "fresh"));
        assertThat(names(labs.http.get(WORKERS + "?labelSelector=track%3Dfresh").json()))
            .hasSize(i + 1);
      }
    }
  }

  @Test
  void aTokenOfAnotherListIsRefused() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      store(labs.behind, 20);
      String token =
          labs.http
              .get(WORKERS + "?limit=5")
              .json()
              .path("metadata")
              .path("continue")
              .stringValue("");
      for (String path :
          List.of(
              WORKERS + "?limit=5&labelSelector=a&continue=" + token,
              "/api/v1/namespaces/exam/lab-workers?continue=" + token,
              WORKERS + "?continue=nonsense",
              WORKERS + "?continue=")) {
        Answer refused = labs.http.get(path);
        assertThat(refused.status()).as(path).isEqualTo(400);
        assertThat(refused.wrongFields()).containsExactly("continue");
      }
    }
  }

  @Test
  void aTokenOfCompactedHistoryIsGone() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      store(labs.behind, 20);
      String token =
          labs.http
              .get(WORKERS + "?limit=5")
              .json()
              .path("metadata")
              .path("continue")
              .stringValue("");
      labs.create("later");
      labs.create("later-still");
      labs.behind.keyValues().compact(labs.behind.keyValues().current());
      assertThat(labs.http.get(WORKERS + "?limit=5&continue=" + token).status()).isEqualTo(410);
    }
  }
}

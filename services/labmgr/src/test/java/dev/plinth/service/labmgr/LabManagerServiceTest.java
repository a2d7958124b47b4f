package dev.plinth.service.labmgr;

import static dev.plinth.service.labmgr.LabManagerFixture.WORKERS;
import static dev.plinth.service.labmgr.LabManagerFixture.copy;
import static dev.plinth.service.labmgr.LabManagerFixture.phase;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.VirtualTime;
import dev.plinth.service.labmgr.provider.LabProvider;
import dev.plinth.service.labmgr.provider.ProviderException;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What users do with lab workers, over HTTP. */
@Timeout(120)
final class LabManagerServiceTest {

  @Test
  void aCreatedWorkerWalksToReady() {
    try (LabManagerFixture labs = LabManagerFixture.start();
        LineReader watch = new LineReader(labs.service.uri(), WORKERS + "?watch=true")) {
      Answer created = labs.create("worker-001");
      assertThat(created.status()).isEqualTo(201);
      JsonNode metadata = created.json().path("metadata");
      assertThat(metadata.path("uid").stringValue("")).hasSize(36);
      assertThat(metadata.path("resourceVersion").stringValue("")).isNotEmpty();
      assertThat(metadata.path("generation").longValue()).isEqualTo(1);
      assertThat(metadata.path("namespace").stringValue("")).isEqualTo("default");
      assertThat(created.json().path("apiVersion").stringValue("")).isEqualTo("lab.plinth.dev/v1");

      labs.passUntilPhase("worker-001", "Ready");

      List<String> phases = new ArrayList<>();
      while (phases.isEmpty() || !phases.getLast().equals("Ready")) {
        String phase = phase(watch.nextChange().path("object"));
        if (phases.isEmpty() || !phases.getLast().equals(phase)) {
          phases.add(phase);
        }
      }
      assertThat(phases)
          .containsExactly(
              "Pending",
              "ProvisioningEC2",
              "EC2Ready",
              "Starting",
              "ReadyUnlicensed",
              "Licensing",
              "Ready");
      JsonNode status = labs.read("worker-001").path("status");
      assertThat(status.path("observedGeneration").longValue()).isEqualTo(1);
      status
          .path("conditions")
          .forEach(condition -> {
            assertThat(condition.path("reason").stringValue("")).isNotEmpty();
            assertThat(condition.path("message").stringValue("")).isNotEmpty();
            assertThat(condition.path("lastTransitionTime").stringValue("")).isNotEmpty();
            assertThat(condition.path("observedGeneration").longValue()).isEqualTo(1);
          });
      assertThat(labs.service.metrics())
          .contains("labmgr_reconcile_seconds")
          .contains("labmgr_reconcile_retries_total")
          .contains("labmgr_queue_depth")
          .contains("labmgr_cache_age_seconds")
          .contains("labmgr_resources{kind=\"LabWorker\"");
    }
  }

  @Test
  void keysAreReadByPlainPrefixReads() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      labs.create("worker-001");
      labs.http.post(
          "/api/v1/namespaces/exam/lab-workers", LabManagerFixture.worker("worker-001", "t"));
      String stored =
          labs.behind
              .keyValues()
              .get(Key.utf8("/lab-resource-manager/lab-workers/worker-001"))
              .orElseThrow()
              .value()
              .utf8();
      assertThat(stored).startsWith("{\"apiVersion\":\"lab.plinth.dev/v1\"").contains("worker-001");
      assertThat(
              labs.behind
                  .keyValues()
                  .get(Key.utf8("/lab-resource-manager/namespaces/exam/lab-workers/worker-001")))
          .isPresent();
      // The identity only: a controller may write between two reads.
      String uid = uid(labs.read("worker-001"));
      assertThat(uid(labs.http.get("/api/v1/namespaces/default/lab-workers/worker-001").json()))
          .isNotEmpty()
          .isEqualTo(uid);
      assertThat(uid(labs.http.get("/api/v1/namespaces/exam/lab-workers/worker-001").json()))
          .isNotEmpty()
          .isNotEqualTo(uid);
    }
  }

  @Test
  @VirtualTime("compares versions while the controller stands still")
  void ofTwoUpdatesOfOneVersionOneIsRefusedWithTheCurrentVersion() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      labs.create("w");
      labs.passUntilPhase("w", "Ready");
      JsonNode seen = labs.read("w");
      ObjectNode first = copy(seen);
      ((ObjectNode) first.path("spec")).put("labTrack", "first");
      ObjectNode second = copy(seen);
      ((ObjectNode) second.path("spec")).put("labTrack", "second");

      Answer won = labs.http.put(WORKERS + "/w", first);
      assertThat(won.status()).isEqualTo(200);
      Answer lost = labs.http.put(WORKERS + "/w", second);
      assertThat(lost.status()).isEqualTo(409);
      JsonNode now = labs.read("w");
      // The controller may have noted the update meanwhile.
      assertThat(Long.parseLong(lost.json().path("current").stringValue("")))
          .isBetween(version(won.json()), version(now));
      assertThat(now.path("spec").path("labTrack").stringValue("")).isEqualTo("first");
    }
  }

  private static String uid(JsonNode document) {
    return document.path("metadata").path("uid").stringValue("");
  }

  private static long version(JsonNode document) {
    return Long.parseLong(document.path("metadata").path("resourceVersion").stringValue(""));
  }

  @Test
  void anUpdateThatChangesNothingWritesNothing() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      labs.create("w");
      labs.passUntilPhase("w", "Ready");
      JsonNode before = labs.read("w");
      assertThat(labs.http.put(WORKERS + "/w", before).json()).isEqualTo(before);
      assertThat(labs.mergePatch(WORKERS + "/w", "{}").json()).isEqualTo(before);
      assertThat(labs.read("w")).isEqualTo(before);
    }
  }

  @Test
  void nobodyIsOverwrittenByCreating() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      assertThat(labs.create("w").status()).isEqualTo(201);
      Answer again = labs.create("w");
      assertThat(again.status()).isEqualTo(409);
      assertThat(again.problem()).isEqualTo("already-exists");
    }
  }

  @Test
  void theGenerationFollowsTheSpecificationAlone() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      labs.create("w");
      labs.passUntilPhase("w", "Ready");
      Answer changed = labs.mergePatch(WORKERS + "/w", "{\"spec\": {\"labTrack\": \"new\"}}");
      assertThat(changed.status()).isEqualTo(200);
      assertThat(changed.json().path("metadata").path("generation").longValue()).isEqualTo(2);
      labs.passUntil(
          "observed",
          () -> labs.read("w").path("status").path("observedGeneration").longValue() == 2);
      Answer reported =
          labs.mergePatch(
              WORKERS + "/w/status", "{\"status\": {\"errorMessage\": \"seen by hand\"}}");
      assertThat(reported.status()).isEqualTo(200);
      assertThat(reported.json().path("metadata").path("generation").longValue()).isEqualTo(2);
      assertThat(reported.json().path("status").path("errorMessage").stringValue(""))
          .isEqualTo("seen by hand");
      Answer labelled =
          labs.mergePatch(WORKERS + "/w", "{\"metadata\": {\"labels\": {\"a\": \"b\"}}}");
      assertThat(labelled.json().path("metadata").path("generation").longValue()).isEqualTo(2);
    }
  }

  @Test
  void aWorkerWithLabsIsDrainedAndLeavesNoMachine() throws ProviderException {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      labs.create("w");
      labs.passUntilPhase("w", "Ready");
      Answer placed =
          labs.mergePatch(
              WORKERS + "/w/status", "{\"status\": {\"hostedLabIds\": [\"lab-1\", \"lab-2\"]}}");
      assertThat(placed.json().path("status").path("activeLabCount").longValue()).isEqualTo(2);
      labs.passUntilPhase("w", "Active");
      LabProvider provider = labs.service.get(LabProvider.class);
      assertThat(provider.machines()).hasSize(1);
      String version = placed.json().path("metadata").path("resourceVersion").stringValue("");
      try (LineReader watch =
          new LineReader(labs.service.uri(), WORKERS + "?watch=true&resourceVersion=" + version)) {
        Answer deleted = labs.http.delete(WORKERS + "/w");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.json().path("metadata").has("deletionTimestamp")).isTrue();

        labs.passUntil("gone", () -> labs.http.get(WORKERS + "/w").status() == 404);

        // A read could come when all is over; the watch shows that it was there until then.
        List<String> phases = new ArrayList<>();
        List<String> whileDeleting = new ArrayList<>();
        JsonNode event = watch.nextChange();
        while (!LineReader.type(event).equals("DELETED")) {
          String phase = phase(event.path("object"));
          if (phases.isEmpty() || !phases.getLast().equals(phase)) {
            phases.add(phase);
          }
          if (event.path("object").path("metadata").has("deletionTimestamp")) {
            whileDeleting.add(phase);
          }
          event = watch.nextChange();
        }
        assertThat(phases)
            .containsExactly(
                "Active", "Draining", "Unlicensing", "Stopping", "TerminatingEC2", "Terminated");
        assertThat(whileDeleting).startsWith("Active").containsAll(phases);
      }
      assertThat(provider.machines()).isEmpty();
    }
  }

  @Test
  void deletionHasPreconditionsAndDryRuns() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      JsonNode created = labs.create("w").json();
      String uid = created.path("metadata").path("uid").stringValue("");
      assertThat(labs.http.delete(WORKERS + "/w?uid=another").status()).isEqualTo(409);
      Answer stale = labs.http.delete(WORKERS + "/w?resourceVersion=1");
      assertThat(stale.status()).isEqualTo(409);
      assertThat(stale.json().path("current").stringValue("")).isNotEmpty();
      assertThat(
              labs.http
                  .send(
                      "DELETE",
                      WORKERS + "/w",
                      "{\"preconditions\": {\"uid\": \"another\"}}",
                      "application/json")
                  .status())
          .isEqualTo(409);
      assertThat(labs.http.delete(WORKERS + "/w?dryRun=All&uid=" + uid).status()).isEqualTo(200);
      assertThat(labs.read("w").path("metadata").has("deletionTimestamp")).isFalse();
      assertThat(labs.http.delete(WORKERS + "/w?uid=" + uid).status()).isEqualTo(200);
      assertThat(labs.http.delete(WORKERS + "/none").status()).isEqualTo(404);
    }
  }

  @Test
  void noFinalizerIsAddedWhileDeleting() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      labs.http.post(
          WORKERS, "{\"metadata\": {\"name\": \"w\", \"finalizers\": [\"me/x\"]}, \"spec\": {}}");
      labs.http.delete(WORKERS + "/w");
      Answer more =
          labs.mergePatch(WORKERS + "/w", "{\"metadata\": {\"finalizers\": [\"me/x\", \"me/y\"]}}");
      assertThat(more.status()).isEqualTo(400);
      assertThat(more.wrongFields()).containsExactly("metadata.finalizers");
      labs.passUntilPhase("w", "Terminated");
      assertThat(labs.mergePatch(WORKERS + "/w", "{\"metadata\": {\"finalizers\": null}}").status())
          .isEqualTo(200);
      assertThat(labs.http.get(WORKERS + "/w").status()).isEqualTo(404);
    }
  }

  @Test
  @VirtualTime("machines start slowly enough for the other instance to take over")
  void anotherInstanceTakesOver() throws ProviderException {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      ServiceFixture other = labs.startAnother();
      labs.create("a");
      labs.passUntilPhase("a", "Starting");
      labs.service.stop();
      labs.passUntil(
          "ready under the other",
          () -> phase(other.http().get(WORKERS + "/a").json()).equals("Ready"));
      assertThat(other.get(LabProvider.class).machines()).hasSize(1);
    }
  }

  @Test
  void aSecretNeverEntersTheStore() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      Answer plain =
          labs.http.post(
              WORKERS,
              "{\"metadata\": {\"name\": \"w\"}, \"spec\": {\"cmlConfig\": {\"licenseToken\":"
                  + " \"hunter2\", \"adminPassword\": \"hunter3\"}}}");
      assertThat(plain.status()).isEqualTo(400);
      assertThat(plain.wrongFields())
          .containsExactly("spec.cmlConfig.licenseToken", "spec.cmlConfig.adminPassword");
      assertThat(plain.text()).contains("secretRef").doesNotContain("hunter");
      Answer other =
          labs.http.post(
              WORKERS,
              "{\"metadata\": {\"name\": \"w\"}, \"spec\": {\"cmlConfig\": {\"licenseToken\":"
                  + " {\"secretRef\": {\"environment\": \"HOME\"}}}}}");
      assertThat(other.status()).isEqualTo(400);
      assertThat(other.wrongFields())
          .containsExactly("spec.cmlConfig.licenseToken.secretRef.environment");
      Answer reference =
          labs.http.post(
              WORKERS,
              "{\"metadata\": {\"name\": \"w\"}, \"spec\": {\"cmlConfig\": {\"licenseToken\":"
                  + " {\"secretRef\": {\"environment\": \"LAB_LICENSE\"}}}}}");
      assertThat(reference.status()).isEqualTo(201);
      labs.passUntilPhase("w", "Ready");
      labs.behind
          .keyValues()
          .list(KeyRange.all())
          .entries()
          .forEach(entry -> assertThat(entry.value().utf8()).doesNotContain("a-secret-value"));
    }
  }

  @Test
  void whatCannotBeReadIsShownAndStopsNothing() {
    try (LabManagerFixture labs = LabManagerFixture.start()) {
      Key broken = Key.utf8("/lab-resource-manager/lab-workers/broken");
      labs.behind.keyValues().put(broken, Bytes.utf8("not json"));
      labs.behind
          .keyValues()
          .put(Key.utf8("/lab-resource-manager/lab-workers/Not_A_Name"), Bytes.utf8("{}"));
      labs.create("w");
      labs.passUntilPhase("w", "Ready");
      JsonNode list = labs.http.get(WORKERS).json();
      assertThat(list.path("items")).hasSize(1);
      assertThat(list.path("metadata").path("invalid")).hasSize(2);
      assertThat(labs.http.get(WORKERS + "/broken").status()).isEqualTo(409);
      assertThat(labs.http.delete(WORKERS + "/broken").problem()).isEqualTo("unreadable");
      assertThat(labs.behind.keyValues().get(broken)).isPresent();
      assertThat(labs.service.metrics())
          .contains("labmgr_resources_invalid{kind=\"LabWorker\"} 2.0");
    }
  }

  @Test
  void aWorkerThatWasWrittenByHandIsServedAndBroughtUp() {
    try (LabManagerFixture labs = LabManagerFixture.start(Map.of("key-prefix", "/labs"))) {
      labs.behind
          .keyValues()
          .put(
              Key.utf8("/labs/lab-workers/test-001"),
              Bytes.utf8("{\"metadata\":{\"name\":\"test-001\"}}"));
      labs.passUntilPhase("test-001", "Ready");
      assertThat(labs.read("test-001").path("metadata").path("generation").longValue())
          .isEqualTo(1);
    }
  }
}

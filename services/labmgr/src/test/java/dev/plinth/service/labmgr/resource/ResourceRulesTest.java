package dev.plinth.service.labmgr.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.error.FieldError;
import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.worker.TestKind;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ResourceRulesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final ResourceRules rules = new ResourceRules(TestKind.labWorker());

  private LabResource created(Map<String, ?> spec) {
    FieldErrors errors = new FieldErrors();
    LabResource created =
        rules.created(
            "default",
            Document.of(Map.of("metadata", Map.of("name", "w"), "spec", spec)),
            "uid",
            NOW,
            errors);
    assertThat(errors.list()).isEmpty();
    return created.at(Revision.of(7));
  }

  @Test
  void aNewResourceHasGenerationOneAndNobodyHasLookedAtIt() {
    LabResource created = created(Map.of());
    assertThat(created.metadata().generation()).isEqualTo(1);
    assertThat(created.status().number("observedGeneration", -1)).isZero();
    assertThat(created.spec().text("desiredPhase")).contains("Ready");
  }

  @Test
  void aChangeOfTheSpecificationRaisesTheGeneration() {
    LabResource before = created(Map.of("labTrack", "a"));
    Document wanted = before.document().merge(Document.of(Map.of("spec", Map.of("labTrack", "b"))));
    FieldErrors errors = new FieldErrors();
    LabResource after = rules.changed(before, wanted, errors);
    assertThat(errors.list()).isEmpty();
    assertThat(after.metadata().generation()).isEqualTo(2);
    assertThat(after.status()).isEqualTo(before.status());
  }

  @Test
  void aChangeOfLabelsOrStatusLeavesTheGeneration() {
    LabResource before = created(Map.of());
    Document labelled =
        before
            .document()
            .merge(Document.of(Map.of("metadata", Map.of("labels", Map.of("a", "b")))));
    assertThat(rules.changed(before, labelled, new FieldErrors()).metadata().generation())
        .isEqualTo(1);
    Document reported =
        before.document().merge(Document.of(Map.of("status", Map.of("errorMessage", "x"))));
    LabResource after = rules.reported(before, reported, NOW, new FieldErrors());
    assertThat(after.metadata().generation()).isEqualTo(1);
    assertThat(after.status().text("errorMessage")).contains("x");
  }

  @Test
  void theSpecificationIsNotChangedWithTheStatusNorTheOtherWayRound() {
    LabResource before = created(Map.of("labTrack", "a"));
    Document both =
        before
            .document()
            .merge(
                Document.of(
                    Map.of(
                        "spec", Map.of("labTrack", "b"), "status", Map.of("errorMessage", "x"))));
    assertThat(rules.changed(before, both, new FieldErrors()).status()).isEqualTo(before.status());
    assertThat(rules.reported(before, both, NOW, new FieldErrors()).spec())
        .isEqualTo(before.spec());
  }

  @Test
  void aForbiddenPhaseIsRefusedAndThoseAllowedAreNamed() {
    LabResource before = created(Map.of());
    Document wanted =
        before.document().merge(Document.of(Map.of("status", Map.of("phase", "Ready"))));
    FieldErrors errors = new FieldErrors();
    rules.reported(before, wanted, NOW, errors);
    assertThat(errors.list())
        .singleElement()
        .satisfies(error -> {
          assertThat(error.field()).isEqualTo("status.phase");
          assertThat(error.message()).contains("ProvisioningEC2");
        });
  }

  @Test
  void whatTheServerOwnsIsNotTakenFromTheRequest() {
    LabResource before = created(Map.of());
    Document wanted =
        before
            .document()
            .merge(
                Document.of(
                    Map.of(
                        "metadata",
                        Map.of(
                            "generation",
                            99,
                            "creationTimestamp",
                            "2001-01-01T00:00:00Z",
                            "deletionTimestamp",
                            "2001-01-01T00:00:00Z"))));
    assertThat(rules.changed(before, wanted, new FieldErrors()).saysTheSameAs(before)).isTrue();
  }

  @Test
  void noFinalizerIsAddedWhileDeleting() {
    LabResource before = created(Map.of());
    LabResource deleting =
        before.withMetadata(before.metadata().withFinalizers(List.of("a/x")).withDeleted(NOW));
    Document wanted =
        deleting
            .document()
            .merge(Document.of(Map.of("metadata", Map.of("finalizers", List.of("a/x", "a/y")))));
    FieldErrors errors = new FieldErrors();
    rules.changed(deleting, wanted, errors);
    assertThat(errors.list()).extracting(FieldError::field).containsExactly("metadata.finalizers");
  }

  @Test
  void aStoredResourceReadsBackWithEverythingInIt() {
    LabResource before =
        created(Map.of("labTrack", "a"))
            .withStatus(Document.of(Map.of("phase", "Ready", "stranger", 1)));
    Document stored = before.stored().with("topLevelStranger", Map.of("x", true));
    Stored read =
        LabResource.read(
            "LabWorker",
            before.name(),
            stored,
            new Entry(
                Key.utf8("/k"), Bytes.EMPTY, Revision.of(3), Revision.of(7), 1, Optional.empty()));
    assertThat(read).isInstanceOf(LabResource.class);
    assertThat(((LabResource) read).stored()).isEqualTo(stored);
  }
}

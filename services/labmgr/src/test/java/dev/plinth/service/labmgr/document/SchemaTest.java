package dev.plinth.service.labmgr.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.error.FieldError;
import dev.plinth.chassis.error.FieldErrors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SchemaTest {
  private static final Structure INNER =
      Schema.structure("inner")
          .required("size", Schema.whole("size", 1, 9).orElse(3))
          .optional("on", Schema.flag("on").orElse(true));
  private static final Structure OUTER =
      Schema.structure("outer")
          .required("name", Schema.text("name").matching("[a-z]+", "letters"))
          .optional("inner", INNER)
          .optional("tags", Schema.list("tags", Schema.text("tag").atMost(3), 2))
          .optional("when", Schema.time("when"))
          .optional("secret", Schema.secret("secret"));

  @Test
  void everythingThatIsWrongIsNamedAtOnce() {
    FieldErrors errors = new FieldErrors();
    OUTER.check(
        Document.of(
                Map.of(
                    "name",
                    "UPPER",
                    "inner",
                    Map.of("size", 10, "on", "yes", "more", 1),
                    "tags",
                    List.of("ok", "longer"),
                    "when",
                    "yesterday",
                    "other",
                    1))
            .members(),
        "",
        errors);
    assertThat(errors.list())
        .extracting(FieldError::field)
        .containsExactlyInAnyOrder(
            "name", "inner.size", "inner.on", "inner.more", "tags[1]", "when", "other");
  }

  @Test
  void defaultsAreFilledInAtEveryDepth() {
    assertThat(OUTER.complete(Document.of(Map.of("name", "a"))))
        .isEqualTo(Document.of(Map.of("name", "a", "inner", Map.of("size", 3, "on", true))));
  }

  @Test
  void aPlainSecretIsRefusedAndNotRepeated() {
    FieldErrors errors = new FieldErrors();
    OUTER.check(Map.of("name", "a", "secret", "hunter2"), "", errors);
    assertThat(errors.list())
        .singleElement()
        .satisfies(error -> {
          assertThat(error.field()).isEqualTo("secret");
          assertThat(error.message()).contains("secretRef").doesNotContain("hunter2");
        });
  }

  @Test
  void aSecretReferenceNamesOneSource() {
    FieldErrors errors = new FieldErrors();
    OUTER.check(
        Map.of(
            "name", "a", "secret", Map.of("secretRef", Map.of("environment", "A", "file", "/b"))),
        "",
        errors);
    assertThat(errors.list()).extracting(FieldError::field).containsExactly("secret.secretRef");
  }

  @Test
  void strangersThatAreStoredAreKeptAndNewOnesAreRefused() {
    Document stored =
        Document.of(Map.of("name", "a", "later", 1, "inner", Map.of("size", 1, "newer", "x")));
    Document back =
        Document.of(
            Map.of("name", "b", "later", 1, "inner", Map.of("size", 2, "newer", "changed")));
    Document request = OUTER.withoutStrangersOf(back, stored);
    FieldErrors errors = new FieldErrors();
    OUTER.check(request.members(), "", errors);
    assertThat(errors.list()).extracting(FieldError::field).containsExactly("inner.newer");
    Document next = Document.of(Map.of("name", "b", "inner", Map.of("size", 2)));
    assertThat(OUTER.withStrangersOf(next, stored))
        .isEqualTo(
            Document.of(Map.of("name", "b", "later", 1, "inner", Map.of("size", 2, "newer", "x"))));
  }
}

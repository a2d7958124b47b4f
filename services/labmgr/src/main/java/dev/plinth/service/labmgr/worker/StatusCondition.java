package dev.plinth.service.labmgr.worker;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.document.Schema;
import dev.plinth.service.labmgr.document.Structure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One aspect of a status: whether it holds, and why.
 *
 * <p>Immutable. When it last changed is noted where a status is settled, not here.
 *
 * @param type which aspect
 * @param status True, False or Unknown
 * @param reason one word for programs
 * @param message a sentence for people
 * @param observedGeneration the specification that was looked at
 */
record StatusCondition(
    String type, String status, String reason, String message, long observedGeneration) {
  static final String TRUE = "True";
  static final String FALSE = "False";

  static final Structure SCHEMA =
      Schema.structure("One aspect of the status.")
          .required("type", Schema.text("Which aspect.").atMost(316))
          .required(
              "status", Schema.text("Whether it holds.").oneOf(List.of(TRUE, FALSE, "Unknown")))
          .optional("reason", Schema.text("Why, in one word for programs."))
          .optional("message", Schema.text("Why, in a sentence for people.").atMost(32_768))
          .optional("lastTransitionTime", Schema.time("When the status of it changed last."))
          .optional(
              "observedGeneration",
              Schema.whole("The specification that was looked at.", 0, Long.MAX_VALUE));

  private static final String LIST = "conditions";

  /** Returns a status with this condition in it, in the place of the one of its type. */
  Document in(Document status) {
    List<Document> conditions = new ArrayList<>(status.children(LIST));
    Document next =
        Document.EMPTY
            .with("type", type)
            .with("status", this.status)
            .with("reason", reason)
            .with("message", message)
            .with("observedGeneration", observedGeneration);
    for (int i = 0; i < conditions.size(); i++) {
      Document before = conditions.get(i);
      if (before.text("type").equals(Optional.of(type))) {
        conditions.set(i, before.merge(next));
        return status.with(LIST, conditions);
      }
    }
    conditions.add(next);
    return status.with(LIST, conditions);
  }

  /** Finds the condition of a type. */
  static Optional<Document> find(Document status, String type) {
    return status.children(LIST).stream()
        .filter(each -> each.text("type").equals(Optional.of(type)))
        .findFirst();
  }

  /** Notes when conditions changed: now for those that did, as before for the others. */
  static Document settle(Document before, Document after, Instant now) {
    List<Document> settled =
        after.children(LIST).stream()
            .map(next -> {
              Optional<Document> last = find(before, next.text("type").orElse(""));
              boolean same =
                  last.isPresent() && last.get().text("status").equals(next.text("status"));
              String time =
                  same
                      ? last.get().text("lastTransitionTime").orElse(now.toString())
                      : now.toString();
              return next.with("lastTransitionTime", time);
            })
            .toList();
    return settled.isEmpty() ? after : after.with(LIST, settled);
  }
}

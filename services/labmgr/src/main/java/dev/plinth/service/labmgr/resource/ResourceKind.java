package dev.plinth.service.labmgr.resource;

import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.document.Structure;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A kind of resource: its model and the rules that go beyond a model.
 *
 * <p>Implementations are immutable.
 */
public interface ResourceKind {
  /** Who changes a status. */
  enum Author {
    /** Someone over HTTP. */
    USER,
    /** The controller of the kind. */
    CONTROLLER
  }

  /** Returns the name, such as {@code LabWorker}. */
  String name();

  /** Returns the plural in keys and paths, such as {@code lab-workers}. */
  String plural();

  /** Returns what a specification may say. */
  Structure spec();

  /** Returns what a status may say. */
  Structure status();

  /** Returns a specification that shows what can be said, for the documentation. */
  Document exampleSpec();

  /** Returns what field selectors may name beside name and namespace, and how it is found. */
  Map<String, Function<LabResource, Optional<String>>> selectableFields();

  /**
   * Returns the status of a resource that nobody has looked at.
   *
   * @param now when it is created
   * @return the status
   */
  Document firstStatus(Instant now);

  /**
   * Checks what the model of a specification cannot say.
   *
   * @param spec complete, and right by the model
   * @param errors what is wrong goes here
   */
  void checkSpec(Document spec, FieldErrors errors);

  /**
   * Checks whether a specification may change so.
   *
   * @param before the resource as it is
   * @param spec the new specification, complete, and right by the model
   * @param errors what is wrong goes here
   */
  void checkSpecChange(LabResource before, Document spec, FieldErrors errors);

  /**
   * Checks whether a status may change so, and notes when what changed.
   *
   * @param before the resource as it is
   * @param status the new status, right by the model
   * @param author who changes it
   * @param now when
   * @param errors what is wrong goes here
   * @return the status with the times of transitions in it
   */
  Document settle(
      LabResource before, Document status, Author author, Instant now, FieldErrors errors);
}

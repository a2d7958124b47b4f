package dev.plinth.chassis.http;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Revision;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * One event of a stream.
 *
 * <p>Immutable, if nobody changes the data.
 *
 * @param kind what happened
 * @param id the revision at which it happened; a stream resumed after it misses nothing
 * @param data what to tell, as JSON
 */
public record ServerEvent(Kind kind, Revision id, JsonNode data) {

  /** What an event is about. */
  public enum Kind {
    /** Something was written. */
    PUT,
    /** Something was deleted. */
    DELETE,
    /** Nothing happened up to this revision. */
    PROGRESS,
    /** Events were lost: list again, and go on from there. */
    RESYNC;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks that nothing is null. */
  public ServerEvent {
    requireNonNull(kind, "kind");
    requireNonNull(id, "id");
    requireNonNull(data, "data");
  }

  /**
   * Returns the mark that nothing happened.
   *
   * @param revision up to which revision
   * @return the event
   */
  public static ServerEvent progress(Revision revision) {
    return new ServerEvent(Kind.PROGRESS, revision, revisionOnly(revision));
  }

  /**
   * Returns the order to list again.
   *
   * @param revision the oldest revision that is still known
   * @return the event
   */
  public static ServerEvent resync(Revision revision) {
    return new ServerEvent(Kind.RESYNC, revision, revisionOnly(revision));
  }

  private static JsonNode revisionOnly(Revision revision) {
    return Json.object().put("revision", revision.value());
  }
}

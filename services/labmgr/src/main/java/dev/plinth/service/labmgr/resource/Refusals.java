package dev.plinth.service.labmgr.resource;

import dev.plinth.chassis.error.ConflictException;
import dev.plinth.chassis.error.GoneException;
import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.error.ValidationException;
import dev.plinth.spi.Revision;
import java.util.Optional;

/** The ways in which a request about resources is refused. */
final class Refusals {
  private Refusals() {}

  static NotFoundException missing(ResourceKind kind, ResourceName name) {
    return new NotFoundException(kind.name() + " '" + name + "' does not exist");
  }

  static ConflictException exists(ResourceKind kind, ResourceName name) {
    return new ConflictException(
        "already-exists", kind.name() + " '" + name + "' exists already", Optional.empty());
  }

  static ConflictException unreadable(ResourceKind kind, Stored.Unreadable stored) {
    return new ConflictException(
        "unreadable",
        "what is stored as "
            + kind.name()
            + " '"
            + stored.name()
            + "' cannot be read: "
            + stored.message(),
        Optional.of(stored.revision().toString()));
  }

  static ConflictException stale(ResourceKind kind, LabResource current) {
    return new ConflictException(
        kind.name()
            + " '"
            + current.name()
            + "' has changed: its resourceVersion is "
            + current.revision(),
        current.revision().toString());
  }

  static ConflictException namesake(ResourceKind kind, LabResource current) {
    return new ConflictException(
        kind.name()
            + " '"
            + current.name()
            + "' is another one than the request is for: its uid is "
            + current.metadata().uid(),
        current.revision().toString());
  }

  static ConflictException busy(ResourceKind kind, LabResource current) {
    return new ConflictException(
        kind.name() + " '" + current.name() + "' changes too often; ask again",
        current.revision().toString());
  }

  static GoneException ahead(Revision seen) {
    return new GoneException("expired", "this store never was at version " + seen + ": list again");
  }

  static ValidationException foreignToken() {
    return new ValidationException(
        "continue", "must be the token of a page of the same list, with the same selectors");
  }
}

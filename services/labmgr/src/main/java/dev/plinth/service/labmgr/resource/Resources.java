package dev.plinth.service.labmgr.resource;

import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.resource.ResourceKind.Author;
import dev.plinth.service.labmgr.resource.ResourceRepository.Stretch;
import dev.plinth.spi.Condition;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreRuntime;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What can be done with resources of any kind.
 *
 * <p>Thread-safe. Every read is linearizable. Every write stands on the version that was read; one
 * that lost the race is applied anew to what won it, unless the request names the version it is
 * for. Calls block as long as the store takes, and throw {@link dev.plinth.spi.StoreException} if
 * it failed.
 */
public final class Resources {
  private static final int ATTEMPTS = 8;

  private final ResourceRepository repository;
  private final ResourceLists lists;
  private final WatchTiming timing;
  private final StoreRuntime runtime;

  @Inject
  Resources(
      ResourceRepository repository,
      ResourceLists lists,
      WatchTiming timing,
      StoreRuntime runtime) {
    this.repository = repository;
    this.lists = lists;
    this.timing = timing;
    this.runtime = runtime;
  }

  /** Which part of a resource a request is about. */
  public enum Part {
    /** The specification and the user's metadata. */
    SPEC,
    /** The status. */
    STATUS
  }

  /**
   * Reads one resource, if there is one.
   *
   * @param kind its kind
   * @param name its name
   * @return what is stored
   */
  public Optional<Stored> find(ResourceKind kind, ResourceName name) {
    return repository.find(kind, name);
  }

  /**
   * Reads one resource.
   *
   * @param kind its kind
   * @param name its name
   * @return the resource
   */
  public LabResource get(ResourceKind kind, ResourceName name) {
    return switch (find(kind, name).orElseThrow(() -> Refusals.missing(kind, name))) {
      case LabResource resource -> resource;
      case Stored.Unreadable unreadable -> throw Refusals.unreadable(kind, unreadable);
    };
  }

  /**
   * Creates a resource, never over another one.
   *
   * @param kind its kind
   * @param namespace where
   * @param body what was sent
   * @param dryRun whether everything is checked and nothing written
   * @return the resource
   */
  public LabResource create(ResourceKind kind, String namespace, Document body, boolean dryRun) {
    FieldErrors errors = new FieldErrors();
    String uid = Identities.next(runtime.random());
    LabResource created = new ResourceRules(kind).created(namespace, body, uid, now(), errors);
    errors.throwIfAny();
    if (dryRun) {
      if (find(kind, created.name()).isPresent()) {
        throw Refusals.exists(kind, created.name());
      }
      return created;
    }
    try {
      return repository
          .create(kind, created)
          .orElseThrow(() -> Refusals.exists(kind, created.name()));
    } catch (OutcomeUnknownException unknown) {
      return find(kind, created.name())
          .filter(LabResource.class::isInstance)
          .map(LabResource.class::cast)
          .filter(stored -> stored.metadata().uid().equals(uid))
          .orElseThrow(() -> unknown);
    }
  }

  /**
   * Changes a resource.
   *
   * @param kind its kind
   * @param name its name
   * @param part which part of what comes out is taken
   * @param change makes the document that is wanted from the one that is there
   * @param preconditions what must be true of the one that is there
   * @param dryRun whether everything is checked and nothing written
   * @return the resource as it is now
   */
  public LabResource change(
      ResourceKind kind,
      ResourceName name,
      Part part,
      UnaryOperator<Document> change,
      Preconditions preconditions,
      boolean dryRun) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      LabResource before = get(kind, name);
      check(kind, before, preconditions);
      LabResource after = changed(kind, before, part, change.apply(before.document()));
      if (dryRun || after.saysTheSameAs(before)) {
        return after;
      }
      Optional<LabResource> written = write(kind, before, after, List.of());
      if (written.isPresent()) {
        return written.get();
      }
    }
    throw Refusals.busy(kind, get(kind, name));
  }

  private LabResource changed(ResourceKind kind, LabResource before, Part part, Document body) {
    FieldErrors errors = new FieldErrors();
    ResourceRules rules = new ResourceRules(kind);
    LabResource after =
        switch (part) {
          case SPEC -> rules.changed(before, body, errors);
          case STATUS -> rules.reported(before, body, now(), errors);
        };
    errors.throwIfAny();
    return after;
  }

  private Optional<LabResource> write(
      ResourceKind kind, LabResource before, LabResource after, List<Condition> guards) {
    return after.isFinished()
        ? repository.remove(kind, after, guards)
        : repository.replace(kind, after.at(before.revision()), guards);
  }

  /**
   * Asks for the end of a resource: at once if nobody has to finish before, else it stays, marked,
   * until the last finalizer is gone.
   *
   * @param kind its kind
   * @param name its name
   * @param preconditions what must be true of it
   * @param dryRun whether everything is checked and nothing written
   * @return the resource as it is now, or was last
   */
  public LabResource delete(
      ResourceKind kind, ResourceName name, Preconditions preconditions, boolean dryRun) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      LabResource before = get(kind, name);
      check(kind, before, preconditions);
      if (before.metadata().isDeleting() && !before.isFinished()) {
        return before;
      }
      LabResource after = before.withMetadata(before.metadata().withDeleted(now()));
      Optional<LabResource> written =
          dryRun ? Optional.of(after) : write(kind, before, after, List.of());
      if (written.isPresent()) {
        return written.get();
      }
    }
    throw Refusals.busy(kind, get(kind, name));
  }

  private static void check(ResourceKind kind, LabResource current, Preconditions wanted) {
    wanted
        .uid()
        .filter(uid -> !uid.equals(current.metadata().uid()))
        .ifPresent(uid -> {
          throw Refusals.namesake(kind, current);
        });
    wanted
        .resourceVersion()
        .filter(version -> !version.equals(current.revision().toString()))
        .ifPresent(version -> {
          throw Refusals.stale(kind, current);
        });
  }

  /**
   * Writes what a controller found out or is about to do.
   *
   * @param kind the kind
   * @param before the version it stands on
   * @param after what is to be stored
   * @param guards what must hold beside it, such as the controller's leadership
   * @return what is stored; nothing if the version or a guard did not hold, and nothing was written
   */
  public Optional<LabResource> control(
      ResourceKind kind, LabResource before, LabResource after, List<Condition> guards) {
    FieldErrors errors = new FieldErrors();
    Document status = kind.settle(before, after.status(), Author.CONTROLLER, now(), errors);
    if (!errors.isEmpty()) {
      throw new IllegalStateException(
          "a controller may not change " + before.name() + " so: " + errors.list());
    }
    LabResource settled = after.withStatus(status);
    return settled.saysTheSameAs(before)
        ? Optional.of(before)
        : write(kind, before, settled, guards);
  }

  /** Returns the store's revision now. */
  public Revision current() {
    return repository.current();
  }

  /**
   * Lists resources.
   *
   * @param kind their kind
   * @param query which
   * @return a page; all pages of one list are of one revision
   */
  public ResourcePage list(ResourceKind kind, ListQuery query) {
    return lists.page(kind, query);
  }

  /**
   * Follows resources from the present: what is there is told first.
   *
   * @param kind their kind
   * @param namespace whose
   * @param selector which
   * @return the watch, to be closed by the caller
   */
  public ResourceWatch follow(ResourceKind kind, String namespace, Selector selector) {
    Stretch all = repository.scan(kind, namespace);
    List<ResourceEvent> initial = new ArrayList<>();
    for (Stored stored : all.items()) {
      switch (stored) {
        case LabResource resource -> {
          if (selector.selects(kind, resource)) {
            initial.add(new ResourceEvent.Added(resource, all.revision()));
          }
        }
        case Stored.Unreadable unreadable ->
            initial.add(new ResourceEvent.Invalid(unreadable, all.revision()));
      }
    }
    initial.add(new ResourceEvent.Bookmark(all.revision(), true));
    ResourceWatch changes =
        repository.watch(kind, namespace, selector, all.revision(), timing.bookmarks());
    return new FromThePresent(initial, changes);
  }

  /**
   * Follows resources from a revision on.
   *
   * @param kind their kind
   * @param namespace whose
   * @param selector which
   * @param seen the revision after which everything is told
   * @return the watch, to be closed by the caller
   * @throws dev.plinth.chassis.error.GoneException if the store never was there
   * @throws dev.plinth.spi.HistoryLostException if what came then is no longer known
   */
  public ResourceWatch follow(
      ResourceKind kind, String namespace, Selector selector, Revision seen) {
    if (seen.isAfter(repository.current())) {
      throw Refusals.ahead(seen);
    }
    repository.requireHistory(kind, seen);
    return repository.watch(kind, namespace, selector, seen, timing.bookmarks());
  }

  /** A watch that first tells what was there. */
  private static final class FromThePresent implements ResourceWatch {
    private final ResourceWatch changes;
    private List<ResourceEvent> initial;

    private FromThePresent(List<ResourceEvent> initial, ResourceWatch changes) {
      this.initial = initial;
      this.changes = changes;
    }

    @Override
    public List<ResourceEvent> next() throws InterruptedException {
      List<ResourceEvent> first = initial;
      if (first.isEmpty()) {
        return changes.next();
      }
      initial = List.of();
      return first;
    }

    @Override
    public void close() {
      changes.close();
    }
  }

  private Instant now() {
    return runtime.now().truncatedTo(ChronoUnit.MILLIS);
  }
}

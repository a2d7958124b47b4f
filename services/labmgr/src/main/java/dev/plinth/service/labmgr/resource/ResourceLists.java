package dev.plinth.service.labmgr.resource;

import dev.plinth.service.labmgr.resource.ResourceRepository.Stretch;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Pages of lists, all pages of one list as of one revision.
 *
 * <p>A list without a selector is read from the store page by page. A list with one is found in the
 * index, which is first brought up to the store's current revision, and kept for a while for the
 * pages that follow; a page whose list is no longer kept, or was begun at another instance, is read
 * from the store's history.
 *
 * <p>Thread-safe.
 */
final class ResourceLists {
  private static final int KEPT = 32;

  private final ResourceRepository repository;
  private final ResourceInformerLoop informer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Cursor, List<Stored>> kept = new LinkedHashMap<>();

  private record Cursor(String kind, Revision revision, int query) {}

  @Inject
  ResourceLists(ResourceRepository repository, ResourceInformerLoop informer) {
    this.repository = repository;
    this.informer = informer;
  }

  ResourcePage page(ResourceKind kind, ListQuery query) {
    if (query.next().isEmpty()) {
      return query.selector().isAll() ? firstPage(kind, query) : firstFound(kind, query);
    }
    ContinueToken token =
        query
            .next()
            .flatMap(ContinueToken::decode)
            .filter(t -> t.query() == query.fingerprint())
            .filter(t -> repository.owns(kind, query.namespace(), t.after()))
            .orElseThrow(Refusals::foreignToken);
    if (token.revision().isAfter(repository.current())) {
      throw Refusals.ahead(token.revision());
    }
    return query.selector().isAll()
        ? laterPage(kind, query, token)
        : laterFound(kind, query, token);
  }

  private ResourcePage firstPage(ResourceKind kind, ListQuery query) {
    return page(query, repository.list(kind, query.namespace(), query.limit()));
  }

  private ResourcePage laterPage(ResourceKind kind, ListQuery query, ContinueToken token) {
    return page(
        query,
        repository.list(kind, query.namespace(), query.limit(), token.revision(), token.after()));
  }

  private static ResourcePage page(ListQuery query, Stretch stretch) {
    Optional<String> next =
        stretch.remaining() == 0
            ? Optional.empty()
            : stretch
                .last()
                .map(last ->
                    new ContinueToken(stretch.revision(), query.fingerprint(), last).encoded());
    return new ResourcePage(
        stretch.items(), stretch.revision(), next, Optional.of(stretch.remaining()));
  }

  private ResourcePage firstFound(ResourceKind kind, ListQuery query) {
    Stretch found =
        informer
            .search(kind, query.namespace(), query.selector(), repository.current())
            .orElseGet(() -> scan(kind, query));
    return cut(kind, query, found.revision(), found.items(), 0);
  }

  private Stretch scan(ResourceKind kind, ListQuery query) {
    Stretch all = repository.scan(kind, query.namespace());
    List<Stored> found =
        all.items().stream()
            .filter(s -> !(s instanceof LabResource r) || query.selector().selects(kind, r))
            .toList();
    return new Stretch(found, all.revision(), 0, all.last());
  }

  private ResourcePage laterFound(ResourceKind kind, ListQuery query, ContinueToken token) {
    Cursor cursor = new Cursor(kind.name(), token.revision(), query.fingerprint());
    Optional<List<Stored>> items = recall(cursor);
    if (items.isPresent()) {
      int from = 0;
      while (from < items.get().size()
          && repository.key(kind, items.get().get(from).name()).compareTo(token.after()) <= 0) {
        from++;
      }
      return cut(kind, query, token.revision(), items.get(), from);
    }
    return readHistory(kind, query, token);
  }

  private ResourcePage cut(
      ResourceKind kind, ListQuery query, Revision revision, List<Stored> items, int from) {
    int to = Math.min(items.size(), from + query.limit());
    List<Stored> part = items.subList(from, to);
    if (to == items.size()) {
      return new ResourcePage(part, revision, Optional.empty(), Optional.of(0L));
    }
    keep(new Cursor(kind.name(), revision, query.fingerprint()), items);
    Key last = repository.key(kind, part.getLast().name());
    String next = new ContinueToken(revision, query.fingerprint(), last).encoded();
    return new ResourcePage(
        part, revision, Optional.of(next), Optional.of((long) (items.size() - to)));
  }

  private ResourcePage readHistory(ResourceKind kind, ListQuery query, ContinueToken token) {
    List<Stored> found = new ArrayList<>();
    Key after = token.after();
    while (true) {
      Stretch stretch =
          repository.list(kind, query.namespace(), ListQuery.MOST, token.revision(), after);
      for (Stored stored : stretch.items()) {
        if (!(stored instanceof LabResource r) || query.selector().selects(kind, r)) {
          found.add(stored);
        }
        if (found.size() > query.limit()) {
          List<Stored> part = found.subList(0, query.limit());
          Key last = repository.key(kind, part.getLast().name());
          String next = new ContinueToken(token.revision(), query.fingerprint(), last).encoded();
          return new ResourcePage(part, token.revision(), Optional.of(next), Optional.empty());
        }
      }
      if (stretch.remaining() == 0 || stretch.last().isEmpty()) {
        return new ResourcePage(found, token.revision(), Optional.empty(), Optional.of(0L));
      }
      after = stretch.last().get();
    }
  }

  private void keep(Cursor cursor, List<Stored> items) {
    lock.lock();
    try {
      kept.putIfAbsent(cursor, items);
      while (kept.size() > KEPT) {
        kept.remove(kept.keySet().iterator().next());
      }
    } finally {
      lock.unlock();
    }
  }

  private Optional<List<Stored>> recall(Cursor cursor) {
    lock.lock();
    try {
      return Optional.ofNullable(kept.get(cursor));
    } finally {
      lock.unlock();
    }
  }
}

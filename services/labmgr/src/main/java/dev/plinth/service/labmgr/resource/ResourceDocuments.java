package dev.plinth.service.labmgr.resource;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.spi.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What lists and watches answer, as documents. */
final class ResourceDocuments {
  private ResourceDocuments() {}

  /** Returns a page of a list; what cannot be read is named in its metadata. */
  static Document list(ResourceKind kind, ResourcePage page) {
    List<Document> items = new ArrayList<>();
    List<Document> invalid = new ArrayList<>();
    for (Stored stored : page.items()) {
      switch (stored) {
        case LabResource resource -> items.add(resource.document());
        case Stored.Unreadable unreadable -> invalid.add(invalid(unreadable));
      }
    }
    Document metadata =
        Document.EMPTY
            .with("resourceVersion", page.revision().toString())
            .with("continue", page.next())
            .with("remainingItemCount", page.remaining());
    if (!invalid.isEmpty()) {
      metadata = metadata.with("invalid", invalid);
    }
    return Document.EMPTY
        .with("apiVersion", LabResource.API_VERSION)
        .with("kind", kind.name() + "List")
        .with("metadata", metadata)
        .with("items", items);
  }

  private static Document invalid(Stored.Unreadable unreadable) {
    return Document.EMPTY
        .with("name", unreadable.name().name())
        .with("namespace", unreadable.name().namespace())
        .with("resourceVersion", unreadable.revision().toString())
        .with("message", unreadable.message());
  }

  /** Returns an event of a watch. */
  static Document event(ResourceKind kind, ResourceEvent event) {
    return switch (event) {
      case ResourceEvent.Added added -> event("ADDED", added.resource().document());
      case ResourceEvent.Modified modified -> event("MODIFIED", modified.resource().document());
      case ResourceEvent.Deleted deleted ->
          event("DELETED", deleted.resource().at(deleted.revision()).document());
      case ResourceEvent.Invalid broken -> event("INVALID", invalid(broken.stored()));
      case ResourceEvent.Bookmark bookmark ->
          event("BOOKMARK", bookmark(kind, bookmark.revision(), bookmark.initialEventsEnd()));
    };
  }

  private static Document event(String type, Document object) {
    return Document.EMPTY.with("type", type).with("object", object);
  }

  private static Document bookmark(ResourceKind kind, Revision revision, boolean initialEnd) {
    Document metadata = Document.EMPTY.with("resourceVersion", revision.toString());
    if (initialEnd) {
      metadata = metadata.with("annotations", Map.of("lab.plinth.dev/initial-events-end", "true"));
    }
    return Document.EMPTY
        .with("apiVersion", LabResource.API_VERSION)
        .with("kind", kind.name())
        .with("metadata", metadata);
  }
}

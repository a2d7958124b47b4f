package dev.plinth.service.labmgr.resource;

import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import java.util.List;
import java.util.Optional;

/**
 * Where resources are kept: {@code <prefix>/<plural>/<name>} in namespace default, {@code
 * <prefix>/namespaces/<namespace>/<plural>/<name>} in the others.
 *
 * <p>Immutable.
 *
 * @param root the prefix
 */
public record ResourceKeys(KeySpace root) {
  private static final String NAMESPACES = "namespaces";

  /**
   * What a key says.
   *
   * @param plural of the kind
   * @param name of the resource
   */
  record Place(String plural, ResourceName name) {}

  private KeySpace space(String plural, String namespace) {
    return namespace.equals(ResourceName.DEFAULT_NAMESPACE)
        ? root.child(plural)
        : root.child(NAMESPACES, namespace, plural);
  }

  /** Returns the key of a resource. */
  Key key(ResourceKind kind, ResourceName name) {
    return space(kind.plural(), name.namespace()).key(name.name());
  }

  /** Returns the keys of a kind in a namespace. */
  KeyRange range(ResourceKind kind, String namespace) {
    return space(kind.plural(), namespace).below();
  }

  /** Returns everything below the prefix. */
  KeyRange everything() {
    return root.below();
  }

  /** Returns what a key below the prefix says; nothing if it is no resource's. */
  Optional<Place> parse(Key key) {
    List<String> path = root.parse(key).orElse(List.of());
    return switch (path.size()) {
      case 2 ->
          Optional.of(
              new Place(
                  path.get(0), new ResourceName(ResourceName.DEFAULT_NAMESPACE, path.get(1))));
      case 4 ->
          path.getFirst().equals(NAMESPACES)
              ? Optional.of(new Place(path.get(2), new ResourceName(path.get(1), path.get(3))))
              : Optional.empty();
      default -> Optional.empty();
    };
  }
}

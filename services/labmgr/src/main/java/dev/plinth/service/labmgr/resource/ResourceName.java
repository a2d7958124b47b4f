package dev.plinth.service.labmgr.resource;

/**
 * What a resource of one kind is called.
 *
 * <p>Immutable.
 *
 * @param namespace where its name is unique
 * @param name its name there
 */
public record ResourceName(String namespace, String name) {
  /** The namespace of resources that name none. */
  public static final String DEFAULT_NAMESPACE = "default";

  /** The grammar of names and namespaces. */
  public static final String DNS_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

  /** The grammar in words. */
  public static final String DNS_LABEL_IN_WORDS =
      "at most 63 lower case letters, digits and '-', beginning and ending with a letter or digit";

  /** Says whether a text is a name. */
  public static boolean isName(String text) {
    return text.matches(DNS_LABEL);
  }

  /** Says whether both parts follow the grammar. */
  public boolean isValid() {
    return isName(name) && isName(namespace);
  }

  /** Returns namespace and name, divided by a slash. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}

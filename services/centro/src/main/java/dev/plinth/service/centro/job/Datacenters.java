package dev.plinth.service.centro.job;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a job may run.
 *
 * <p>Immutable. Names are compared whole: {@code dc1} is not {@code dc10}.
 *
 * @param names exact names of datacenters, or {@code *} for any
 */
public record Datacenters(List<String> names) {
  /** Anywhere, also on nodes that do not say where they are. */
  public static final Datacenters ANY = new Datacenters(List.of("*"));

  /** The rule in words, to be put behind the offending text. */
  public static final String RULE = "must be * or 1 to 128 letters, digits or . _ -";

  private static final Pattern NAME = Pattern.compile("\\*|[A-Za-z0-9._-]{1,128}");

  /** Copies the names. */
  public Datacenters {
    names = List.copyOf(names);
  }

  /**
   * Parses the comma form that agents know.
   *
   * @param text names divided by commas, spaces around them ignored; empty for anywhere
   * @return the datacenters
   */
  public static Datacenters parse(String text) {
    return of(List.of(text.split(",")));
  }

  /**
   * Collects names.
   *
   * @param names each a name, spaces around it ignored; none for anywhere
   * @return the datacenters
   */
  public static Datacenters of(List<String> names) {
    List<String> kept =
        names.stream().map(String::strip).filter(name -> !name.isEmpty()).distinct().toList();
    return kept.isEmpty() ? ANY : new Datacenters(kept);
  }

  /**
   * Says whether a text may be the name of a datacenter.
   *
   * @param text any text
   * @return whether it may
   */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * Says whether a node may run the job.
   *
   * @param datacenter where the node is, if it says so
   * @return whether it may
   */
  public boolean accept(Optional<String> datacenter) {
    return names.contains("*") || datacenter.filter(names::contains).isPresent();
  }

  /**
   * Returns the form that agents know.
   *
   * @return the names divided by commas
   */
  public String commaForm() {
    return String.join(",", names);
  }
}

package dev.plinth.storage.etcd.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The programs of one version of etcd on this machine.
 *
 * <p>Looked for in the folder that {@code PLINTH_ETCD_HOME} names, then in {@code .plinth/etcd} of
 * the repository, which {@code ./plinth test} fills, then on the {@code PATH}. A folder may hold
 * the programs itself, in {@code bin} or in {@code usr/bin}, or one such folder for each version.
 *
 * <p>Immutable.
 *
 * @param version all of it: "3.5.16"
 * @param etcd the server
 * @param etcdctl the command line client of the same version
 */
public record EtcdInstallation(String version, Path etcd, Path etcdctl) {
  private static final Pattern VERSION = Pattern.compile("etcd Version: (\\S+)");

  /**
   * Returns every version that is here.
   *
   * @return the newest first; where a version is found twice, the first place counts
   */
  public static List<EtcdInstallation> all() {
    List<EtcdInstallation> found = new ArrayList<>();
    for (Path folder : folders()) {
      Path etcd = folder.resolve("etcd");
      Path etcdctl = folder.resolve("etcdctl");
      if (Files.isExecutable(etcd) && Files.isRegularFile(etcd) && Files.isExecutable(etcdctl)) {
        String version = versionOf(etcd);
        if (found.stream().noneMatch(other -> other.version().equals(version))) {
          found.add(new EtcdInstallation(version, etcd, etcdctl));
        }
      }
    }
    found.sort(Comparator.comparing((EtcdInstallation each) -> each.order()).reversed());
    return List.copyOf(found);
  }

  /**
   * Returns the newest version of a line, if it is here.
   *
   * @param line "3.5"
   * @return the installation
   */
  public static Optional<EtcdInstallation> find(String line) {
    return all().stream().filter(found -> found.version().startsWith(line + ".")).findFirst();
  }

  /**
   * Returns the newest version that is here.
   *
   * @return the installation
   * @throws IllegalStateException if there is none; says what to install
   */
  public static EtcdInstallation newest() {
    return all().stream().findFirst().orElseThrow(() -> new IllegalStateException(advice("etcd")));
  }

  /**
   * Says what to do about a version that is not here.
   *
   * @param what "etcd 3.4"
   * @return one sentence
   */
  public static String advice(String what) {
    return "no "
        + what
        + " found: run ./plinth test, which installs it where it can, or install the programs etcd"
        + " and etcdctl (on Debian the packages etcd-server and etcd-client) on the PATH or in the"
        + " folder that PLINTH_ETCD_HOME names";
  }

  /**
   * Says whether this version is at least another.
   *
   * @param other "3.5.8"
   * @return whether it is
   */
  public boolean isAtLeast(String other) {
    return order(version).compareTo(order(other)) >= 0;
  }

  /**
   * Returns the line of releases that this version is of.
   *
   * @return "3.5" for "3.5.16"
   */
  public String line() {
    return version.replaceFirst("^(\\d+\\.\\d+).*", "$1");
  }

  private String order() {
    return order(version);
  }

  /** A text that sorts as versions do. */
  private static String order(String version) {
    StringBuilder order = new StringBuilder();
    for (String part : version.split("\\D+")) {
      order.append("0".repeat(Math.max(0, 6 - part.length()))).append(part);
    }
    return order.toString();
  }

  private static Set<Path> folders() {
    Set<Path> folders = new LinkedHashSet<>();
    Optional.ofNullable(System.getenv("PLINTH_ETCD_HOME"))
        .filter(home -> !home.isBlank())
        .map(Path::of)
        .ifPresent(home -> addWithVersions(home, folders));
    repository().ifPresent(root -> addWithVersions(root.resolve(".plinth/etcd"), folders));
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
    return folders;
  }

  private static void addWithVersions(Path home, Set<Path> folders) {
    add(home, folders);
    if (Files.isDirectory(home)) {
      try (Stream<Path> children = Files.list(home)) {
        children.sorted().forEach(child -> add(child, folders));
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
  }

  private static void add(Path home, Set<Path> folders) {
    folders.add(home);
    folders.add(home.resolve("bin"));
    folders.add(home.resolve("usr/bin"));
  }

  /** The folder with the script of the repository that this process was started in. */
  private static Optional<Path> repository() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.isExecutable(folder.resolve("plinth")) && Files.exists(folder.resolve(".mvn"))) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  private static String versionOf(Path etcd) {
    String output = Command.of(List.of(etcd.toString(), "--version")).run();
    Matcher version = VERSION.matcher(output);
    if (!version.find()) {
      throw new IllegalStateException(etcd + " --version says something else: " + output);
    }
    return version.group(1);
  }
}

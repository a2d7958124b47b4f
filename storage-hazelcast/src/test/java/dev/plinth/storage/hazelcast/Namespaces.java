package dev.plinth.storage.hazelcast;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Two network namespaces and the one link between them, which can be taken down: nothing that is
 * under way on it is refused, it just never comes.
 *
 * <p>One thread.
 */
final class Namespaces implements AutoCloseable {
  /** What the two are to each other; nobody else sees these addresses. */
  private static final List<String> HOSTS = List.of("10.77.77.1", "10.77.77.2");

  /** Why there are none on this machine. */
  static final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    UnavailableException(String message) {
      super(message);
    }
  }

  private final List<String> names;

  private Namespaces(List<String> names) {
    this.names = names;
  }

  /**
   * Makes them.
   *
   * @throws UnavailableException if there is no {@code ip} here, or no right to use it so
   */
  static Namespaces make() throws UnavailableException {
    String prefix = "plinth-" + ProcessHandle.current().pid() + "-";
    Namespaces made = new Namespaces(List.of(prefix + "a", prefix + "b"));
    try {
      for (String name : made.names) {
        run("ip", "netns", "add", name);
      }
      run(
          "ip link add plinth0 netns %s type veth peer name plinth0 netns %s"
              .formatted(made.names.get(0), made.names.get(1))
              .split(" ", -1));
      for (int i = 0; i < HOSTS.size(); i++) {
        made.in(i, "addr add " + HOSTS.get(i) + "/24 dev plinth0");
        made.in(i, "link set lo up");
        made.in(i, "link set plinth0 up");
      }
      return made;
    } catch (UnavailableException none) {
      made.close();
      throw none;
    }
  }

  private void in(int which, String command) throws UnavailableException {
    List<String> words = new ArrayList<>(List.of("ip", "-n", names.get(which)));
    words.addAll(List.of(command.split(" ", -1)));
    run(words.toArray(String[]::new));
  }

  private static void run(String... words) throws UnavailableException {
    String command = String.join(" ", words);
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new UnavailableException(command + " says: " + said.replace('\n', ' '));
      }
    } catch (IOException missing) {
      throw new UnavailableException(command + ": " + missing.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(command + ": interrupted");
    }
  }

  /** Where a member runs that is in one of the two. */
  ForkedCluster.Place place(int which, int port) {
    return new ForkedCluster.Place(
        List.of("ip", "netns", "exec", names.get(which)), HOSTS.get(which), port);
  }

  void linkDown() {
    link("down");
  }

  void linkUp() {
    link("up");
  }

  private void link(String how) {
    try {
      in(0, "link set plinth0 " + how);
    } catch (UnavailableException failed) {
      throw new UncheckedIOException(new IOException(failed));
    }
  }

  @Override
  public void close() {
    for (String name : names) {
      try {
        run("ip", "netns", "del", name);
      } catch (UnavailableException neverMade) {
        // Then it need not be removed.
      }
    }
  }
}

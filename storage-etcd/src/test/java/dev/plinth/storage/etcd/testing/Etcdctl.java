package dev.plinth.storage.etcd.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command line client of an installation, aimed at some servers. Each call is a process.
 *
 * <p>Immutable.
 */
public final class Etcdctl {
  private final EtcdInstallation installation;
  private final List<String> options;

  Etcdctl(EtcdInstallation installation, List<String> options) {
    this.installation = installation;
    this.options = List.copyOf(options);
  }

  /**
   * Runs a command.
   *
   * @param words "put", "key", "value"
   * @return what it printed
   * @throws IllegalStateException if it failed; carries what it printed
   */
  public String run(String... words) {
    return command(words).run();
  }

  /**
   * Runs a command that may fail.
   *
   * @param words "endpoint", "health"
   * @return whether it ended well
   */
  public boolean succeeds(String... words) {
    return attempt(words).status() == 0;
  }

  /** Runs a command that may fail; returns how it ended and what it printed. */
  Command.Result attempt(String... words) {
    return command(words).attempt();
  }

  /**
   * Returns a command to be started by the caller: one that goes on until it is ended, such as
   * "elect".
   *
   * @param words the command
   * @return a builder with everything set but the redirects
   */
  public ProcessBuilder prepare(String... words) {
    Command command = command(words);
    ProcessBuilder builder = new ProcessBuilder(command.words());
    builder.environment().putAll(command.environment());
    return builder;
  }

  /**
   * Returns a client like this one with more options.
   *
   * @param more "--user=root:secret"
   * @return another client
   */
  public Etcdctl with(String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return new Etcdctl(installation, all);
  }

  /** The numbers that the output format "fields" shows under a name, in the order of members. */
  List<Long> numbers(String name, String... words) {
    String[] all = new String[words.length + 1];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--write-out=fields";
    Matcher matcher = Pattern.compile("\"" + name + "\" : (-?\\d+)").matcher(run(all));
    List<Long> numbers = new ArrayList<>();
    while (matcher.find()) {
      numbers.add(Long.parseUnsignedLong(matcher.group(1)));
    }
    return numbers;
  }

  private Command command(String... words) {
    List<String> all = new ArrayList<>();
    all.add(installation.etcdctl().toString());
    all.addAll(options);
    all.addAll(List.of(words));
    Map<String, String> environment = new HashMap<>();
    environment.put("ETCDCTL_API", "3");
    return new Command(all, environment);
  }
}

package dev.plinth.storage.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands in the document of the store, as a reader copies them. */
final class EtcdDocument {
  private static final Path DOCUMENT = Path.of("..", "docs", "stores", "etcd.md");

  private EtcdDocument() {}

  /** The lines of the block that follows a mark. */
  static List<String> commands(String mark) throws IOException {
    Pattern block = Pattern.compile("(?s)<!-- " + mark + " -->\\s*```\\w*\\n(.*?)```");
    Matcher found = block.matcher(Files.readString(DOCUMENT, UTF_8));
    assertThat(found.find()).as("commands marked %s in %s", mark, DOCUMENT).isTrue();
    return found.group(1).lines().filter(line -> !line.isBlank()).toList();
  }

  /** The words of a command of etcdctl in which every variable was replaced. */
  static String[] words(String command) {
    assertThat(command).startsWith("etcdctl ").doesNotContain("$", "\"", "'");
    return command.substring("etcdctl ".length()).split(" ", -1);
  }
}

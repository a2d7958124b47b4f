package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.config.Alias;
import dev.plinth.chassis.config.KnownKeys;
import dev.plinth.distribution.wiring.LauncherConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The reference and the code name the same keys. */
final class ConfigurationDocumentTest {
  private static final Path REFERENCE = Path.of("..", "docs", "configuration.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z][a-z.-]*)` \\|");

  @Test
  void everyKeyIsInTheReferenceAndNoOther() throws IOException {
    List<String> written = new ArrayList<>();
    Matcher rows = ROW.matcher(Files.readString(REFERENCE, UTF_8));
    while (rows.find()) {
      written.add(rows.group(1));
    }
    assertThat(written)
        .containsExactlyInAnyOrderElementsOf(KnownKeys.of(LauncherConfig::from).values());
  }

  @Test
  void everyCompatibilityNameIsInTheReference() throws IOException {
    String reference = Files.readString(REFERENCE, UTF_8);
    for (Alias alias : Alias.all()) {
      assertThat(reference).contains("`" + alias.name() + "`");
    }
  }
}

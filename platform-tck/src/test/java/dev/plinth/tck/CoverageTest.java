package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares the contract document with what the contracts test. */
final class CoverageTest {
  /** Cannot arise, because watches are pulled and requests are typed. */
  private static final Set<Integer> STRUCK = Set.of(12, 56, 110, 122, 126, 155, 156);

  private static final int LAST_CASE = 162;

  @Test
  void everyGuaranteeOfTheDocumentHasACaseAndNoOtherIsNamed() throws IOException {
    Set<String> verified = new TreeSet<>();
    for (Method method : testMethods()) {
      Verifies verifies = method.getAnnotation(Verifies.class);
      if (verifies != null) {
        verified.addAll(List.of(verifies.value()));
      }
    }
    assertThat(verified).isEqualTo(guarantees());
  }

  @Test
  void theDocumentNumbersItsGuaranteesWithoutAGap() throws IOException {
    Set<String> expected = new TreeSet<>();
    for (int number = 1; number <= 52; number++) {
      expected.add("G" + number);
    }
    assertThat(guarantees()).isEqualTo(expected);
  }

  @Test
  void everyCaseHasATestMethodAndNoOtherIsNamed() throws IOException {
    Set<Integer> expected = new TreeSet<>();
    for (int number = 1; number <= LAST_CASE; number++) {
      if (!STRUCK.contains(number)) {
        expected.add(number);
      }
    }
    Set<Integer> named = new TreeSet<>();
    for (Method method : testMethods()) {
      Case cases = method.getAnnotation(Case.class);
      if (cases != null) {
        for (int number : cases.value()) {
          named.add(number);
        }
      }
    }
    assertThat(named).isEqualTo(expected);
  }

  @Test
  void everyCaseNamesItsGuarantees() throws IOException {
    assertThat(testMethods())
        .hasSizeGreaterThan(100)
        .allMatch(method -> method.isAnnotationPresent(Verifies.class));
  }

  @Test
  void everyContractIsPartOfTheWhole() throws IOException {
    assertThat(contracts()).allMatch(contract -> contract.isAssignableFrom(EveryContract.class));
  }

  private static Set<String> guarantees() throws IOException {
    Path document = Path.of(System.getProperty("basedir", "."), "..", "docs", "contract.md");
    Pattern row = Pattern.compile("^\\| (G\\d+) \\|");
    Set<String> guarantees = new TreeSet<>();
    for (String line : Files.readAllLines(document)) {
      Matcher matcher = row.matcher(line);
      if (matcher.find()) {
        assertThat(guarantees.add(matcher.group(1))).as(line).isTrue();
      }
    }
    return guarantees;
  }

  private static List<Method> testMethods() throws IOException {
    List<Method> methods = new ArrayList<>();
    for (Class<?> contract : contracts()) {
      for (Method method : contract.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          methods.add(method);
        }
      }
    }
    return methods;
  }

  /** Every contract that was compiled, so that a new one cannot be forgotten. */
  private static List<Class<?>> contracts() throws IOException {
    List<Class<?>> contracts = new ArrayList<>();
    Path classes;
    try {
      classes = Path.of(StoreFixture.class.getResource("StoreFixture.class").toURI()).getParent();
    } catch (URISyntaxException unreadable) {
      throw new IOException(unreadable);
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(classes, "*Contract.class")) {
      for (Path file : files) {
        String name = file.getFileName().toString().replace(".class", "");
        contracts.add(Class.forName(StoreFixture.class.getPackageName() + "." + name));
      }
    } catch (ClassNotFoundException gone) {
      throw new IOException(gone);
    }
    return contracts;
  }
}

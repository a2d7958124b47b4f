package dev.plinth.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What holds in every package: rules 22 to 25. */
@AnalyzeClasses(packages = "dev.plinth", importOptions = DoNotIncludeTests.class)
final class EverywhereArchTest {

  @ArchTest
  static final ArchRule every_package_is_null_marked =
      classes()
          .that(Classes.ours())
          .and(not(Classes.generated()))
          .and(describe("are not synthetic", type -> !type.getSimpleName().isEmpty()))
          .should(
              ArchCondition.from(
                  describe(
                      "be in a package that is null-marked",
                      (JavaClass type) -> type.getPackage().isAnnotatedWith(NullMarked.class))))
          .because("null is never a value here, and the compiler checks it where it is told to");

  private static final Pattern VAGUE =
      Pattern.compile(".*(Utils?|Helper|Impl|Manager)|Abstract.*|.*Common.*|I[A-Z][a-z].*");

  @ArchTest
  static final ArchRule names_say_something =
      noClasses()
          .that(Classes.ours())
          .and(not(Classes.generated()))
          .should(
              ArchCondition.from(
                  describe(
                      "have a vague name", type -> VAGUE.matcher(type.getSimpleName()).matches())))
          .because("a vague name collects what does not belong together");

  @ArchTest
  static final ArchRule nobody_writes_to_the_console =
      noClasses()
          .that(Classes.ours())
          .and(not(Classes.generated()))
          .and()
          .resideOutsideOfPackages(
              "dev.plinth.distribution.cli..", "dev.plinth.benchmarks..", "dev.plinth.example..")
          .should()
          .accessTargetWhere(
              describe(
                  "prints",
                  access ->
                      isStandardStream(access)
                          || access.getTarget().getName().equals("printStackTrace")))
          .because("a log has levels and a reader");

  @ArchTest
  static final ArchRule one_logging_facade =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.util.logging..")
          .because("one facade is enough");

  static final ArchRule test_classes_are_found_by_the_build =
      classes()
          .that(Classes.ours())
          .and(
              describe(
                  "have test methods",
                  type ->
                      type.getMethods().stream()
                          .anyMatch(m ->
                              m.isAnnotatedWith("org.junit.jupiter.api.Test")
                                  || m.isMetaAnnotatedWith(
                                      "org.junit.platform.commons.annotation.Testable"))))
          .should(
              ArchCondition.from(
                  describe(
                      "be named *Test, *IT, *Contract or *ArchTest",
                      (JavaClass type) ->
                          Classes.topLevel(type)
                              .getSimpleName()
                              .matches(".*(Test|IT|Contract|ArchTest)"))))
          .because("the build skips what it does not recognise");

  /**
   * Test classes are no dependency of this module, so they are read from where the build put them.
   */
  @Test
  void test_classes_of_every_module_are_found_by_the_build() {
    List<Path> compiled = new ArrayList<>();
    try (Stream<Path> modules =
        Files.find(Path.of(".."), 4, (p, a) -> p.endsWith("test-classes"))) {
      modules.forEach(compiled::add);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    Assertions.assertThat(compiled).hasSizeGreaterThan(5);
    test_classes_are_found_by_the_build.check(
        new ClassFileImporter()
            .importPaths(compiled)
            .that(
                describe(
                    "are not broken on purpose",
                    type -> !type.getPackageName().contains("broken"))));
  }

  private static boolean isStandardStream(JavaAccess<?> access) {
    return access.getTargetOwner().isEquivalentTo(System.class)
        && (access.getTarget().getName().equals("out")
            || access.getTarget().getName().equals("err"));
  }
}

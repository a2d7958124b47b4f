package dev.plinth.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A rule that never failed is not trusted: each is shown a class that breaks it. */
final class RulesCanFailTest {
  private static final List<Class<?>> CONCERNS =
      List.of(
          BoundaryArchTest.class,
          ServiceArchTest.class,
          InjectionArchTest.class,
          ApiArchTest.class,
          EverywhereArchTest.class);

  private static final Pattern BROKEN = Pattern.compile(".*(/broken/.*|/BrokenDriver\\.class)");

  private static final Map<String, String> OFFENDERS =
      Map.ofEntries(
          Map.entry("the_spi_depends_only_on_the_jdk", "OpenSpi"),
          Map.entry("stores_know_the_spi_and_the_state_machine_only", "BrokenStore"),
          Map.entry("the_etcd_driver_stays_home", "BrokenJobs"),
          Map.entry("the_hazelcast_driver_stays_home", "BrokenStore"),
          Map.entry("services_know_the_spi_the_chassis_and_themselves", "BrokenJobs"),
          Map.entry("services_do_not_know_each_other", "BrokenJobs"),
          Map.entry("the_chassis_knows_no_service_store_or_launcher", "BrokenChassis"),
          Map.entry("few_packages_of_the_chassis_use_stores", "BrokenChassis"),
          Map.entry("nothing_depends_on_the_launcher", "BrokenOutside"),
          Map.entry("production_does_not_depend_on_tests", "BrokenOutside"),
          Map.entry("packages_are_free_of_cycles", "BrokenOutside"),
          Map.entry("only_repositories_loops_and_modules_use_stores", "BrokenJobs"),
          Map.entry("only_routes_use_the_http_library", "BrokenJobs"),
          Map.entry("only_grpc_classes_use_grpc", "BrokenJobs"),
          Map.entry("domain_classes_know_only_values", "BrokenJobs"),
          Map.entry("adapters_are_package_private", "BrokenNodesRepository"),
          Map.entry("guice_only_in_modules_and_the_launcher", "BrokenOutside"),
          Map.entry("the_injector_only_in_the_launcher", "BrokenOutside"),
          Map.entry("picocli_only_in_the_command_line", "BrokenOutside"),
          Map.entry("no_field_injection", "BrokenOutside"),
          Map.entry("no_setter_injection", "BrokenOutside"),
          Map.entry("injected_classes_have_one_constructor", "BrokenHelper"),
          Map.entry("static_fields_are_constants", "BrokenOutside.STATE"),
          Map.entry("time_threads_and_randomness_are_injected", "BrokenOutside"),
          Map.entry("public_types_of_the_spi_are_closed", "OpenSpi"),
          Map.entry("the_spi_has_no_setters", "OpenSpi"),
          Map.entry("signatures_of_the_spi_are_plain", "OpenSpi"),
          Map.entry("stores_show_their_provider_only", "BrokenStore"),
          Map.entry("nothing_throws_everything", "BrokenHelper"),
          Map.entry("our_exceptions_say_that_they_are", "BrokenProblem"),
          Map.entry("every_package_is_null_marked", "BrokenOutside"),
          Map.entry("names_say_something", "BrokenHelper"),
          Map.entry("nobody_writes_to_the_console", "BrokenOutside"),
          Map.entry("one_logging_facade", "BrokenOutside"),
          Map.entry("test_classes_are_found_by_the_build", "BrokenCases"));

  /** What is broken on purpose, and nothing else: the rest takes long to read. */
  private final JavaClasses broken =
      new ClassFileImporter()
          .withImportOption(location -> location.matches(BROKEN))
          .importPackages("dev.plinth", "io.etcd", "com.hazelcast");

  @TestFactory
  List<DynamicTest> each_rule_fails_on_a_class_that_breaks_it()
      throws ReflectiveOperationException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Field field : rules()) {
      ArchRule rule = (ArchRule) field.get(null);
      tests.add(
          DynamicTest.dynamicTest(
              field.getName(),
              () -> {
                EvaluationResult result = rule.evaluate(broken);
                assertThat(result.hasViolation()).isTrue();
                assertThat(String.join("\n", result.getFailureReport().getDetails()))
                    .contains(OFFENDERS.get(field.getName()));
              }));
    }
    return tests;
  }

  @Test
  void each_rule_has_an_offender() {
    assertThat(rules().stream().map(Field::getName))
        .containsExactlyInAnyOrderElementsOf(OFFENDERS.keySet());
  }

  private static List<Field> rules() {
    List<Field> rules = new ArrayList<>();
    for (Class<?> concern : CONCERNS) {
      for (Field field : concern.getDeclaredFields()) {
        if (field.getType() == ArchRule.class) {
          field.setAccessible(true);
          rules.add(field);
        }
      }
    }
    return rules;
  }
}

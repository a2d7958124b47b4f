package dev.plinth.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.function.BiPredicate;

/** Who may know whom: rules 1 to 9. */
@AnalyzeClasses(packages = "dev.plinth", importOptions = DoNotIncludeTests.class)
final class BoundaryArchTest {

  @ArchTest
  static final ArchRule the_spi_depends_only_on_the_jdk =
      classes()
          .that()
          .resideInAPackage("dev.plinth.spi..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.plinth.spi..", "java..", "org.jspecify.annotations..")
          .because("everyone inherits what the SPI drags in");

  @ArchTest
  static final ArchRule stores_know_the_spi_and_the_state_machine_only =
      classes()
          .that()
          .resideInAPackage("dev.plinth.storage..")
          .should(
              knowOursOnly(
                  "know only the SPI, themselves and, if they embed it, the state machine",
                  (store, other) ->
                      resideInAPackage("dev.plinth.spi..").test(other)
                          || storeOf(store).equals(storeOf(other))
                          || (storeOf(other).equals("mvcc") && !storeOf(store).equals("etcd"))))
          .because("a store is chosen by one line of configuration");

  @ArchTest
  static final ArchRule the_etcd_driver_stays_home =
      noClasses()
          .that(
              not(
                  resideInAnyPackage(
                      "dev.plinth.storage.etcd..",
                      "dev.plinth.service.gateway..",
                      // The client that the store is measured against.
                      "dev.plinth.benchmarks..")))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.etcd..")
          .because("a driver is the store's own affair");

  @ArchTest
  static final ArchRule the_hazelcast_driver_stays_home =
      noClasses()
          .that(
              not(
                  resideInAnyPackage(
                      "dev.plinth.storage.hazelcast..",
                      // Its own map is what the store is measured against.
                      "dev.plinth.benchmarks..")))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.hazelcast..")
          .because("a driver is the store's own affair");

  @ArchTest
  static final ArchRule services_know_the_spi_the_chassis_and_themselves =
      classes()
          .that(Classes.inService())
          .should(
              knowOursOnly(
                  "know only the SPI, the chassis and their own service",
                  (service, other) ->
                      resideInAnyPackage("dev.plinth.spi..", "dev.plinth.chassis..").test(other)
                          || Classes.serviceOf(service).equals(Classes.serviceOf(other))))
          .because("a service runs on any store and beside any other service");

  @ArchTest
  static final ArchRule services_do_not_know_each_other =
      slices()
          .matching("dev.plinth.service.(*)..")
          .should()
          .notDependOnEachOther()
          .because("each service can be started alone");

  @ArchTest
  static final ArchRule the_chassis_knows_no_service_store_or_launcher =
      noClasses()
          .that()
          .resideInAPackage("dev.plinth.chassis..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.plinth.service..", "dev.plinth.storage..", "dev.plinth.distribution..")
          .because("it is what they stand on");

  @ArchTest
  static final ArchRule few_packages_of_the_chassis_use_stores =
      noClasses()
          .that()
          .resideInAPackage("dev.plinth.chassis..")
          .and()
          .resideOutsideOfPackages(
              "dev.plinth.chassis.leadership..",
              "dev.plinth.chassis.health..",
              "dev.plinth.chassis.metrics..",
              "dev.plinth.chassis.admin..",
              "dev.plinth.chassis.platform..")
          .should(dependOnClassesThat(Classes.storeAccess()))
          .because("transport and configuration must work without a store");

  @ArchTest
  static final ArchRule nothing_depends_on_the_launcher =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.plinth.distribution..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.plinth.distribution..")
          .because("it is the outermost layer");

  @ArchTest
  static final ArchRule production_does_not_depend_on_tests =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.plinth.tck..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.plinth.tck..", "org.junit..", "org.assertj..")
          .because("the test kit is for tests");

  @ArchTest
  static final ArchRule packages_are_free_of_cycles =
      slices()
          .matching("dev.plinth.(**)")
          .should()
          .beFreeOfCycles()
          .because("what is in a cycle can only be understood as a whole");

  @ArchTest
  static void every_module_was_imported(JavaClasses all) {
    for (String pack :
        new String[] {
          "dev.plinth.spi",
          "dev.plinth.tck",
          "dev.plinth.storage.mvcc",
          "dev.plinth.storage.memory",
          "dev.plinth.storage.etcd",
          "dev.plinth.storage.hazelcast",
          "dev.plinth.chassis.http",
          "dev.plinth.service.centro",
          "dev.plinth.service.ztap",
          "dev.plinth.service.labmgr",
          "dev.plinth.service.registry",
          "dev.plinth.service.gateway",
          "dev.plinth.distribution",
          "dev.plinth.benchmarks"
        }) {
      assertThat(all.stream().filter(resideInAPackage(pack + ".."))).as(pack).isNotEmpty();
    }
    assertThat(all).hasSizeGreaterThan(300);
  }

  private static String storeOf(JavaClass type) {
    String prefix = "dev.plinth.storage.";
    if (!type.getPackageName().startsWith(prefix)) {
      return "";
    }
    return type.getPackageName().substring(prefix.length()).split("\\.")[0];
  }

  private static ArchCondition<JavaClass> knowOursOnly(
      String description, BiPredicate<JavaClass, JavaClass> allowed) {
    return new ArchCondition<>(description) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          JavaClass target = dependency.getTargetClass();
          if (Classes.ours().test(target) && !allowed.test(type, target)) {
            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
          }
        }
      }
    };
  }
}

package dev.plinth.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** How a service is built inside: rules 10 to 13. */
@AnalyzeClasses(packages = "dev.plinth", importOptions = DoNotIncludeTests.class)
final class ServiceArchTest {

  @ArchTest
  static final ArchRule only_repositories_loops_and_modules_use_stores =
      noClasses()
          .that(Classes.inServiceWithDomain())
          .and(not(Classes.withRole("Repository", "Loop", "Module")))
          .should(dependOnClassesThat(Classes.storeAccess()))
          .because("one place knows the keys, and decisions can be tested without a store");

  @ArchTest
  static final ArchRule only_routes_use_the_http_library =
      noClasses()
          .that(not(Classes.withRole("Routes")))
          .and()
          .resideOutsideOfPackages("dev.plinth.chassis.http..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.javalin..")
          .because("transport ends at the edge");

  @ArchTest
  static final ArchRule only_grpc_classes_use_grpc =
      noClasses()
          .that(not(Classes.withRole("Grpc", "Module")))
          .and(not(Classes.generated()))
          .and()
          .resideOutsideOfPackages(
              "dev.plinth.chassis.grpc..",
              "dev.plinth.storage.etcd..",
              "dev.plinth.service.gateway..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.grpc..")
          .because("transport ends at the edge; a module may name what it binds");

  @ArchTest
  static final ArchRule domain_classes_know_only_values =
      classes()
          .that(Classes.domain())
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                      "java..",
                      "jakarta.inject..",
                      "org.slf4j..",
                      "org.jspecify.annotations..",
                      "dev.plinth.chassis.error..",
                      "dev.plinth.service..")
                  .or(resideInAPackage("dev.plinth.spi").and(not(Classes.storeAccess())))
                  .as("are the JDK, values of the SPI, the chassis' errors or their own service"))
          .because("the rules of the trade outlive every library");

  @ArchTest
  static final ArchRule adapters_are_package_private =
      noClasses()
          .that(Classes.inServiceWithDomain())
          .and(not(Classes.generated()))
          .and(Classes.withRole("Repository", "Routes", "Grpc", "Loop"))
          .and()
          .areTopLevelClasses()
          .should()
          .bePublic()
          .because("features reach each other through their domain only");
}

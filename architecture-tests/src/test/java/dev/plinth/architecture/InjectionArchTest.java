package dev.plinth.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** How things are wired and where state, time and threads come from: rules 14 to 17. */
@AnalyzeClasses(packages = "dev.plinth", importOptions = DoNotIncludeTests.class)
final class InjectionArchTest {

  @ArchTest
  static final ArchRule guice_only_in_modules_and_the_launcher =
      noClasses()
          .that(describe("are no modules", type -> !moduleOrNestedInOne(type)))
          .and()
          .resideOutsideOfPackage("dev.plinth.distribution..")
          .and()
          .doNotHaveFullyQualifiedName("dev.plinth.chassis.Service")
          .should(
              dependOnClassesThat(
                  resideInAPackage("com.google.inject..")
                      .and(not(name("com.google.inject.Module")))
                      .as("are Guice, but for the type of what a service hands to the launcher")))
          .because("everything else can be built by calling its constructor");

  @ArchTest
  static final ArchRule the_injector_only_in_the_launcher =
      noClasses()
          .that(
              describe(
                  "are not the launcher",
                  type ->
                      !Classes.topLevel(type).getName().equals("dev.plinth.distribution.Launcher")))
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("com.google.inject.Injector")
          .because("a service locator hides what a class needs");

  @ArchTest
  static final ArchRule picocli_only_in_the_command_line =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.plinth.distribution.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..")
          .because("commands are one way in among others");

  @ArchTest
  static final ArchRule no_field_injection =
      noFields()
          .should()
          .beAnnotatedWith("jakarta.inject.Inject")
          .orShould()
          .beAnnotatedWith("com.google.inject.Inject")
          .because("a constructor shows what a class needs and lets fields be final");

  @ArchTest
  static final ArchRule no_setter_injection =
      noMethods()
          .should()
          .beAnnotatedWith("jakarta.inject.Inject")
          .orShould()
          .beAnnotatedWith("com.google.inject.Inject")
          .because("a constructor shows what a class needs and lets fields be final");

  @ArchTest
  static final ArchRule injected_classes_have_one_constructor =
      classes()
          .that(
              describe(
                  "are injected",
                  type ->
                      type.getConstructors().stream()
                          .anyMatch(c -> c.isAnnotatedWith("jakarta.inject.Inject"))))
          .should(haveOneConstructor())
          .because("there is one way to build them");

  @ArchTest
  static final ArchRule static_fields_are_constants =
      fields()
          .that()
          .areStatic()
          .and(describe("are written by hand", field -> !synthetic(field)))
          .and()
          .areDeclaredInClassesThat(not(Classes.generated()))
          .and()
          .areDeclaredInClassesThat(Classes.ours())
          .should()
          .beFinal()
          .andShould(notHoldState())
          .because("static state couples everything that runs in one JVM");

  private static final Map<String, Set<String>> AMBIENT =
      Map.of(
          "java.lang.System", Set.of("currentTimeMillis", "nanoTime"),
          "java.time.Instant", Set.of("now"),
          "java.time.LocalDateTime", Set.of("now"),
          "java.time.ZonedDateTime", Set.of("now"),
          "java.time.Clock", Set.of("systemUTC", "systemDefaultZone", "system"),
          "java.lang.Thread",
              Set.of("sleep", "<init>", "ofVirtual", "ofPlatform", "startVirtualThread"),
          "java.util.UUID", Set.of("randomUUID"),
          "java.lang.Math", Set.of("random"));

  private static final Set<String> AMBIENT_TYPES =
      Set.of(
          "java.util.Random",
          "java.security.SecureRandom",
          "java.util.concurrent.ThreadLocalRandom",
          "java.util.concurrent.Executors",
          "java.util.concurrent.ScheduledThreadPoolExecutor",
          "java.util.concurrent.ThreadPoolExecutor");

  @ArchTest
  static final ArchRule time_threads_and_randomness_are_injected =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.plinth.chassis.time..",
              "dev.plinth.chassis.lifecycle..",
              "dev.plinth.chassis.http..",
              "dev.plinth.chassis.grpc..",
              "dev.plinth.storage..",
              "dev.plinth.tck..",
              "dev.plinth.benchmarks..",
              "dev.plinth.example..")
          .and()
          .doNotHaveFullyQualifiedName("dev.plinth.spi.SystemRuntime")
          .and()
          .doNotHaveFullyQualifiedName("dev.plinth.distribution.Launcher")
          .should()
          .accessTargetWhere(
              describe(
                  "reads a clock, sleeps, draws randomness or makes a thread",
                  InjectionArchTest::isAmbient))
          .because("tests move time themselves, and whoever makes a thread must end it");

  private static boolean isAmbient(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    return AMBIENT_TYPES.contains(owner)
        || AMBIENT.getOrDefault(owner, Set.of()).contains(access.getTarget().getName());
  }

  private static boolean moduleOrNestedInOne(JavaClass type) {
    return Classes.topLevel(type).getSimpleName().endsWith("Module");
  }

  private static boolean synthetic(JavaField field) {
    return field.getModifiers().contains(JavaModifier.SYNTHETIC)
        || field.getOwner().getModifiers().contains(JavaModifier.SYNTHETIC)
        || field.getName().equals("$assertionsDisabled");
  }

  private static ArchCondition<JavaClass> haveOneConstructor() {
    return new ArchCondition<>("have one constructor") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (type.getConstructors().size() != 1) {
          events.add(
              SimpleConditionEvent.violated(
                  type,
                  type.getName() + " has " + type.getConstructors().size() + " constructors"));
        }
      }
    };
  }

  private static final DescribedPredicate<JavaClass> STATE =
      describe(
          "state",
          type ->
              type.isArray()
                  || type.getPackageName().equals("java.util.concurrent.atomic")
                  || type.isAssignableTo(ThreadLocal.class)
                  || ((type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class))
                      && !type.isInterface()));

  private static ArchCondition<JavaField> notHoldState() {
    return new ArchCondition<>("hold no array, collection class, atomic or thread-local") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        if (STATE.test(field.getRawType())) {
          events.add(
              SimpleConditionEvent.violated(
                  field, field.getFullName() + " is a " + field.getRawType().getName()));
        }
      }
    };
  }
}

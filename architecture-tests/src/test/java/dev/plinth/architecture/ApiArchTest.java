package dev.plinth.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;

/** What the SPI looks like from outside, and what others keep to themselves: rules 18 to 21. */
@AnalyzeClasses(packages = "dev.plinth", importOptions = DoNotIncludeTests.class)
final class ApiArchTest {

  @ArchTest
  static final ArchRule public_types_of_the_spi_are_closed =
      classes()
          .that()
          .resideInAPackage("dev.plinth.spi..")
          .and()
          .arePublic()
          .should(
              ArchCondition.from(
                  describe(
                      "be an interface, a record, an enum, an exception or a final class",
                      (JavaClass type) ->
                          type.isInterface()
                              || type.isRecord()
                              || type.isEnum()
                              || type.isAssignableTo(Throwable.class)
                              || type.getModifiers().contains(JavaModifier.FINAL))))
          .because("what can be extended can no longer be changed");

  @ArchTest
  static final ArchRule the_spi_has_no_setters =
      noMethods()
          .that()
          .areDeclaredInClassesThat()
          .resideInAPackage("dev.plinth.spi..")
          .should()
          .haveNameMatching("set[A-Z].*")
          .because("values do not change");

  /** The two types that are bytes hand them out as copies. */
  private static final Set<String> BYTES = Set.of("dev.plinth.spi.Bytes", "dev.plinth.spi.Key");

  @ArchTest
  static final ArchRule signatures_of_the_spi_are_plain =
      codeUnits()
          .that()
          .areDeclaredInClassesThat()
          .resideInAPackage("dev.plinth.spi..")
          .and()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .and(describe("are not enums' own", unit -> !unit.getOwner().isEnum()))
          .and(
              describe(
                  "are not of the types that are bytes",
                  u -> !BYTES.contains(u.getOwner().getName())))
          .should(mentionNoArraysFuturesOrStreams())
          .because("coordination is sequential reasoning, and arrays can be changed by others");

  @ArchTest
  static final ArchRule stores_show_their_provider_only =
      noClasses()
          .that()
          .resideInAPackage("dev.plinth.storage..")
          .and()
          .resideOutsideOfPackage("dev.plinth.storage.mvcc..")
          .and()
          .haveSimpleNameNotEndingWith("StoreProvider")
          .and()
          .areTopLevelClasses()
          .should()
          .bePublic()
          .because("whoever names a store's class cannot change the store");

  @ArchTest
  static final ArchRule nothing_throws_everything =
      methods()
          .that()
          .areDeclaredInClassesThat(Classes.ours())
          .and()
          .areDeclaredInClassesThat(not(Classes.generated()))
          .and(
              describe("are written by hand", m -> !m.getModifiers().contains(JavaModifier.BRIDGE)))
          .should(notDeclareBroadExceptions())
          .because("a caller must know what to expect");

  @ArchTest
  static final ArchRule our_exceptions_say_that_they_are =
      classes()
          .that()
          .areAssignableTo(Throwable.class)
          .and(Classes.ours())
          .should()
          .haveSimpleNameEndingWith("Exception")
          .because("a reader must see what is thrown");

  private static ArchCondition<JavaCodeUnit> mentionNoArraysFuturesOrStreams() {
    return new ArchCondition<>("mention no arrays, futures or streams") {
      @Override
      public void check(JavaCodeUnit unit, ConditionEvents events) {
        List<JavaClass> mentioned = new ArrayList<>(unit.getRawParameterTypes());
        if (unit instanceof JavaMethod method && method.reflect().isVarArgs()) {
          mentioned.removeLast();
        }
        mentioned.add(unit.getRawReturnType());
        for (JavaClass type : mentioned) {
          if (type.isArray()
              || type.isAssignableTo(Future.class)
              || type.isAssignableTo(BaseStream.class)) {
            events.add(
                SimpleConditionEvent.violated(
                    unit, unit.getFullName() + " mentions " + type.getName()));
          }
        }
      }
    };
  }

  private static ArchCondition<JavaMethod> notDeclareBroadExceptions() {
    return new ArchCondition<>("not declare Exception, RuntimeException or Throwable") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        method
            .getExceptionTypes()
            .forEach(type -> {
              if (Set.of("java.lang.Exception", "java.lang.RuntimeException", "java.lang.Throwable")
                  .contains(type.getName())) {
                events.add(
                    SimpleConditionEvent.violated(
                        method, method.getFullName() + " throws " + type.getName()));
              }
            });
      }
    };
  }
}

package dev.plinth.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The vocabulary of the rules: which classes play which part. */
final class Classes {
  private static final Pattern SERVICE =
      Pattern.compile("dev\\.plinth\\.service\\.([^.]+)(\\..*)?");

  /**
   * What a service calls to reach data; everything else in the SPI is a value, an error or time.
   */
  private static final Set<String> STORE_TYPES =
      Set.of(
          "dev.plinth.spi.Store",
          "dev.plinth.spi.StoreProvider",
          "dev.plinth.spi.KeyValues",
          "dev.plinth.spi.Leases",
          "dev.plinth.spi.Watches",
          "dev.plinth.spi.Watch");

  private static final List<String> RECIPES =
      List.of(
          "dev.plinth.spi.session",
          "dev.plinth.spi.election",
          "dev.plinth.spi.lock",
          "dev.plinth.spi.cache");

  /** The suffixes that give a class of a service a role; a class without one is domain. */
  private static final List<String> ROLES =
      List.of(
          "Repository",
          "Codec",
          "Routes",
          "Grpc",
          "Loop",
          "Config",
          "Module",
          "Metrics",
          "Service");

  private Classes() {}

  static DescribedPredicate<JavaClass> ours() {
    return describe("are ours", type -> type.getPackageName().startsWith("dev.plinth."));
  }

  /** Generated sources carry the marker of their generator, or are nested in a class that does. */
  static DescribedPredicate<JavaClass> generated() {
    return describe(
        "are generated",
        type -> {
          JavaClass top = topLevel(type);
          return top.getPackageName().startsWith("dev.plinth.service.centro.talk")
              || top.getPackageName().endsWith(".jmh_generated")
              || top.isAnnotatedWith("io.grpc.stub.annotations.GrpcGenerated");
        });
  }

  static DescribedPredicate<JavaClass> storeAccess() {
    return describe(
        "reach data in a store",
        type ->
            STORE_TYPES.contains(type.getName())
                || RECIPES.stream().anyMatch(p -> type.getPackageName().equals(p)));
  }

  static DescribedPredicate<JavaClass> inService() {
    return describe("are in a service", type -> !serviceOf(type).isEmpty());
  }

  /** The gateway adapts the SPI to a protocol: it has no domain of its own. */
  static DescribedPredicate<JavaClass> inServiceWithDomain() {
    return describe(
        "are in a service that has a domain",
        type -> {
          String service = serviceOf(type);
          return !service.isEmpty() && !service.equals("gateway");
        });
  }

  static DescribedPredicate<JavaClass> domain() {
    return inServiceWithDomain()
        .and(describe("have no role", type -> roleOf(type).isEmpty()))
        .and(DescribedPredicate.not(generated()))
        .as("are domain classes");
  }

  static DescribedPredicate<JavaClass> withRole(String... roles) {
    return describe(
        "have the role " + String.join(" or ", roles),
        type -> List.of(roles).contains(roleOf(type)));
  }

  static String serviceOf(JavaClass type) {
    Matcher matcher = SERVICE.matcher(type.getPackageName());
    return matcher.matches() ? matcher.group(1) : "";
  }

  static String roleOf(JavaClass type) {
    String name = topLevel(type).getSimpleName();
    return ROLES.stream().filter(name::endsWith).findFirst().orElse("");
  }

  static JavaClass topLevel(JavaClass type) {
    JavaClass top = type;
    while (top.getEnclosingClass().isPresent()) {
      top = top.getEnclosingClass().get();
    }
    return top;
  }
}

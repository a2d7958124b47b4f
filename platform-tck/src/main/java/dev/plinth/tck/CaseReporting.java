package dev.plinth.tck;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Collects how each case stands, and gives the methods that ask for it their {@link CaseRecord}.
 *
 * <p>Comes with {@link StoreFixture}; nobody registers it. A method of a contract that is skipped
 * otherwise than through its record is shown as skipped without a reason.
 *
 * @since 0.1
 */
public final class CaseReporting implements BeforeEachCallback, ParameterResolver, TestWatcher {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(CaseReporting.class);

  /** What is known about the methods that run. */
  private record Run(CaseTable table, Map<String, Running> running) implements AutoCloseable {
    @Override
    public void close() {
      table.close();
    }
  }

  private record Running(String store, CaseRecord record) {}

  /** Made by the test engine. */
  public CaseReporting() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    running(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == CaseRecord.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return running(context).record();
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    settle(context, CaseState.PASSED, "");
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    settle(context, CaseState.FAILED, firstLine(cause));
  }

  @Override
  public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
    settle(context, CaseState.UNEXPLAINED, firstLine(cause));
  }

  @Override
  public void testDisabled(ExtensionContext context, Optional<String> reason) {
    settle(context, CaseState.UNEXPLAINED, reason.orElse(""));
  }

  private static void settle(ExtensionContext context, CaseState outcome, String detail) {
    Method method = context.getRequiredTestMethod();
    Case cases = method.getAnnotation(Case.class);
    Running running = run(context).running().remove(context.getUniqueId());
    if (running == null) {
      return;
    }
    for (String note : running.record().notes()) {
      run(context).table().note(running.store(), note);
    }
    if (cases == null) {
      return;
    }
    Optional<CaseState> told = running.record().state();
    boolean failed = outcome == CaseState.FAILED;
    Verifies verifies = method.getAnnotation(Verifies.class);
    run(context)
        .table()
        .add(
            running.store(),
            cases.value(),
            failed ? outcome : told.orElse(outcome),
            method.getName(),
            verifies == null ? List.of() : List.of(verifies.value()),
            failed || told.isEmpty() ? detail : running.record().detail());
  }

  private static String firstLine(@Nullable Throwable cause) {
    return String.valueOf(cause).strip().lines().findFirst().orElse("");
  }

  private static Running running(ExtensionContext context) {
    StoreFixture fixture = (StoreFixture) context.getRequiredTestInstance();
    String store = fixture.storeName();
    fixture.servers().ifPresent(servers -> run(context).table().servers(store, servers));
    return run(context)
        .running()
        .computeIfAbsent(context.getUniqueId(), id -> new Running(store, new CaseRecord()));
  }

  private static Run run(ExtensionContext context) {
    Path folder = Path.of(System.getProperty("basedir", "."), "target");
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(
            Run.class,
            type -> new Run(new CaseTable(folder), new ConcurrentHashMap<>()),
            Run.class);
  }
}

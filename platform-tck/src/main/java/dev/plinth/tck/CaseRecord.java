package dev.plinth.tck;

import dev.plinth.spi.Capability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * What a test method tells the table beyond passed and failed; a parameter of the methods that need
 * it.
 *
 * <p>One thread at a time.
 *
 * @since 0.1
 */
public final class CaseRecord {
  private @Nullable CaseState state;
  private String detail = "";
  private final List<String> notes = new ArrayList<>();

  CaseRecord() {}

  /**
   * Says that the store withholds a capability, and that the method now asserts what it documents
   * instead.
   *
   * @param capability what is withheld
   */
  public void withheld(Capability capability) {
    state = CaseState.WITHHELD;
    detail = capability + " is withheld, and what happens instead is asserted";
  }

  /**
   * Says that the server has a known defect here, and that the method now asserts the defect.
   *
   * @param defect which, with the versions that have it
   */
  public void knownDefect(String defect) {
    state = CaseState.KNOWN_DEFECT;
    detail = defect;
  }

  /**
   * Adds a line below the table, such as the seeds of a randomised method.
   *
   * @param text one line
   */
  public void note(String text) {
    notes.add(text);
  }

  /**
   * Ends the method because the case cannot be run on this store.
   *
   * @param reason why
   * @return never
   */
  public TestAbortedException notApplicable(NotApplicable reason) {
    state = CaseState.NOT_APPLICABLE;
    detail = reason.text();
    throw new TestAbortedException(reason.text());
  }

  /**
   * Returns what a hook of the fixture gives, or ends the method because the fixture has no such
   * hook.
   *
   * @param <T> what it gives
   * @param hook what the fixture answered
   * @param reason what the table says without it
   * @return its content
   */
  public <T> T require(Optional<T> hook, NotApplicable reason) {
    return hook.orElseThrow(() -> notApplicable(reason));
  }

  Optional<CaseState> state() {
    return Optional.ofNullable(state);
  }

  String detail() {
    return detail;
  }

  List<String> notes() {
    return List.copyOf(notes);
  }
}

package dev.plinth.tck;

/** How a case stands on a store; the later ones outweigh the earlier ones. */
enum CaseState {
  PASSED("passed"),
  NOT_APPLICABLE("not applicable"),
  WITHHELD("withheld, asserted"),
  KNOWN_DEFECT("known server defect, asserted"),
  /** The method gave up without a reason of the list; that is a mistake in the kit. */
  UNEXPLAINED("SKIPPED WITHOUT A REASON"),
  FAILED("FAILED");

  private final String text;

  CaseState(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}

package dev.plinth.tck;

/**
 * Why a case cannot be run on a store. There are no other reasons.
 *
 * @since 0.1
 */
public enum NotApplicable {
  /** Nothing of the store survives its end, so it cannot be restarted. */
  NO_RESTART("nothing survives a restart of this store"),
  /** There is one member only, so nothing can fail over. */
  NO_FAIL_OVER("the store has no second member to fail over to"),
  /** No operation leaves the process, so nothing can be cut or delayed. */
  NO_NETWORK("no operation of this store crosses a network"),
  /** The wall clock of whoever expires leases cannot be stepped from here. */
  NO_WALL_CLOCK("the wall clock of the store cannot be stepped");

  private final String text;

  NotApplicable(String text) {
    this.text = text;
  }

  /**
   * Returns the reason in words.
   *
   * @return one line
   */
  public String text() {
    return text;
  }
}

package dev.plinth.service.centro.job;

/**
 * What a job needs of a node.
 *
 * <p>Immutable.
 *
 * @param cpu cores, zero for any
 * @param memoryMb megabytes of memory, zero for any
 * @param diskMb megabytes of disk, zero for any
 */
public record Resources(double cpu, long memoryMb, long diskMb) {
  /** Nothing in particular. */
  public static final Resources NONE = new Resources(0, 0, 0);

  /**
   * Adds what another job needs.
   *
   * @param other the other's
   * @return both together
   */
  public Resources plus(Resources other) {
    return new Resources(cpu + other.cpu, memoryMb + other.memoryMb, diskMb + other.diskMb);
  }
}

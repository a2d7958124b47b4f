package dev.plinth.service.centro.job;

/**
 * What decides which nodes a job fits; jobs of one shape fit the same nodes.
 *
 * <p>Immutable.
 *
 * @param datacenters where the job may run
 * @param resources what it needs
 */
public record Shape(Datacenters datacenters, Resources resources) {
  /**
   * Returns the shape of a job.
   *
   * @param spec what was asked for
   * @return its shape
   */
  public static Shape of(JobSpec spec) {
    return new Shape(spec.datacenters(), spec.resources());
  }
}

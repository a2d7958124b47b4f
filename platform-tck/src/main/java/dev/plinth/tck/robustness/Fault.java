package dev.plinth.tck.robustness;

/**
 * Something that goes wrong for a while: running it does it, waits, and undoes it.
 *
 * @param name for the summary
 * @param course all of it
 */
public record Fault(String name, Runnable course) {}

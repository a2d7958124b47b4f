/**
 * Benchmarks, whose results are ratios within one run; start at {@link
 * dev.plinth.benchmarks.BenchmarkCommand}.
 */
@NullMarked
package dev.plinth.benchmarks;

import org.jspecify.annotations.NullMarked;

/**
 * A store to which something always happens: a load goes on, one fault follows the other, what
 * clients saw is recorded and then checked. A store brings its own {@link
 * dev.plinth.tck.robustness.DisturbedStore}, and a test that calls {@link
 * dev.plinth.tck.robustness.Robustness}.
 */
@NullMarked
package dev.plinth.tck.robustness;

import org.jspecify.annotations.NullMarked;

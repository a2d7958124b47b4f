/**
 * The architecture of Plinth as tests: one class per concern, each rule a sentence with its reason.
 *
 * <p>Start with {@link dev.plinth.architecture.BoundaryArchTest}. That each rule can fail is shown
 * by {@link dev.plinth.architecture.RulesCanFailTest} on classes that break them, below packages
 * called {@code broken}.
 */
@NullMarked
package dev.plinth.architecture;

import org.jspecify.annotations.NullMarked;

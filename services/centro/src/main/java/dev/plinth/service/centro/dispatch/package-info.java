/**
 * What happens between nodes and jobs: hand-out, claim, report, and taking back what a node did not
 * answer for. Start at {@link dev.plinth.service.centro.dispatch.Dispatch}.
 */
@NullMarked
package dev.plinth.service.centro.dispatch;

import org.jspecify.annotations.NullMarked;

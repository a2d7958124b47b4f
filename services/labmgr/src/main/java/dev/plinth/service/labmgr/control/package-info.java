/**
 * Controllers: a queue of what has to be looked at, and the loop that looks at it while this
 * instance leads.
 *
 * <p>Start at {@link dev.plinth.service.labmgr.control.Reconciler}.
 */
@NullMarked
package dev.plinth.service.labmgr.control;

import org.jspecify.annotations.NullMarked;

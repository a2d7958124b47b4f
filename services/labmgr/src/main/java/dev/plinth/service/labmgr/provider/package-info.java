/**
 * Where machines come from.
 *
 * <p>Start at {@link dev.plinth.service.labmgr.provider.LabProvider}; the simulated one is the
 * default.
 */
@NullMarked
package dev.plinth.service.labmgr.provider;

import org.jspecify.annotations.NullMarked;

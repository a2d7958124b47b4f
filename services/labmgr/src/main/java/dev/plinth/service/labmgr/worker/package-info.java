/**
 * The kind LabWorker: a machine that runs labs, from its wish to its end.
 *
 * <p>Start at {@link dev.plinth.service.labmgr.worker.Phase}, then {@link
 * dev.plinth.service.labmgr.worker.LabWorkerReconciler}.
 */
@NullMarked
package dev.plinth.service.labmgr.worker;

import org.jspecify.annotations.NullMarked;

/**
 * Jobs: what was asked for, how far it is, and the one document that holds both. Start at {@link
 * dev.plinth.service.centro.job.Jobs}.
 */
@NullMarked
package dev.plinth.service.centro.job;

import org.jspecify.annotations.NullMarked;

/**
 * The ZTAP cluster service: {@link dev.plinth.service.ztap.ZtapService} is what a launcher starts,
 * {@link dev.plinth.service.ztap.ZtapDemo} shows a fail-over within one process.
 */
@NullMarked
package dev.plinth.service.ztap;

import org.jspecify.annotations.NullMarked;

/**
 * The description of the HTTP API, made of the same operations that are registered as routes, and
 * the page that shows it.
 *
 * <p>Start at {@link dev.plinth.service.labmgr.api.ApiOperation}.
 */
@NullMarked
package dev.plinth.service.labmgr.api;

import org.jspecify.annotations.NullMarked;

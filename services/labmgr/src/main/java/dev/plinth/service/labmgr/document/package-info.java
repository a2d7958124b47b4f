/**
 * JSON documents as plain values, and the schema they are checked, completed and described with.
 *
 * <p>Start at {@link dev.plinth.service.labmgr.document.Document} and {@link
 * dev.plinth.service.labmgr.document.Schema}.
 */
@NullMarked
package dev.plinth.service.labmgr.document;

import org.jspecify.annotations.NullMarked;

/** Stored documents: JSON objects that keep what this version does not know. */
@NullMarked
package dev.plinth.service.centro.document;

import org.jspecify.annotations.NullMarked;

/**
 * The lab manager: lab resources, kept as documents, and the controllers that bring the world to
 * what they say.
 */
@NullMarked
package dev.plinth.service.labmgr;

import org.jspecify.annotations.NullMarked;

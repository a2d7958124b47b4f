/** What jobs and nodes are called. */
@NullMarked
package dev.plinth.service.centro.id;

import org.jspecify.annotations.NullMarked;

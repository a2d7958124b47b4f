/** The decisions between nodes and jobs. */
@NullMarked
package dev.plinth.service.centro.dispatch;

import org.jspecify.annotations.NullMarked;

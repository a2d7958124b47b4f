/** The values and keys of jobs. */
@NullMarked
package dev.plinth.service.centro.job;

import org.jspecify.annotations.NullMarked;

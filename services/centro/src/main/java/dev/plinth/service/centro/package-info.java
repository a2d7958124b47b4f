/** Centro, the job control plane: agents ask for jobs, claim them and report how they go. */
@NullMarked
package dev.plinth.service.centro;

import org.jspecify.annotations.NullMarked;

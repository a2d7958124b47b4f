/**
 * The few outcomes, other than success, that a use case may answer with. Plain values; HTTP and
 * gRPC each map them once.
 */
@NullMarked
package dev.plinth.chassis.error;

import org.jspecify.annotations.NullMarked;

/**
 * The gRPC server of a service, with health, reflection and one mapping of errors to status codes.
 */
@NullMarked
package dev.plinth.chassis.grpc;

import org.jspecify.annotations.NullMarked;

/** Centro over the wire: real HTTP and gRPC on the memory store, in time that the tests move. */
@NullMarked
package dev.plinth.service.centro;

import org.jspecify.annotations.NullMarked;

/**
 * The same random commands to a real etcd and to the gateway: every field of every answer must be
 * the same.
 */
@NullMarked
package dev.plinth.service.gateway.fuzz;

import org.jspecify.annotations.NullMarked;

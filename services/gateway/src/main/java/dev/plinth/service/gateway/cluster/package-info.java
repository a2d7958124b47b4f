/** The services {@code etcdserverpb.Cluster} and {@code etcdserverpb.Auth}. */
@NullMarked
package dev.plinth.service.gateway.cluster;

import org.jspecify.annotations.NullMarked;

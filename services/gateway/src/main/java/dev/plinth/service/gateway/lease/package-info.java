/** The service {@code etcdserverpb.Lease}. */
@NullMarked
package dev.plinth.service.gateway.lease;

import org.jspecify.annotations.NullMarked;

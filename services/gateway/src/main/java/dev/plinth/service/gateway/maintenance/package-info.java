/** The service {@code etcdserverpb.Maintenance}: status, alarms, digests and the export. */
@NullMarked
package dev.plinth.service.gateway.maintenance;

import org.jspecify.annotations.NullMarked;

/**
 * Membership and leadership: who is in the cluster, how well, and who leads it.
 *
 * <p>Start at {@link dev.plinth.service.ztap.cluster.Cluster} for what can be asked and done, at
 * {@link dev.plinth.service.ztap.cluster.ClusterNode} for one node's life.
 */
@NullMarked
package dev.plinth.service.ztap.cluster;

import org.jspecify.annotations.NullMarked;

/**
 * The etcd store on a cluster that something always happens to: recorded, then checked. Start at
 * {@code EtcdRobustnessTest}.
 */
@NullMarked
package dev.plinth.storage.etcd.robustness;

import org.jspecify.annotations.NullMarked;

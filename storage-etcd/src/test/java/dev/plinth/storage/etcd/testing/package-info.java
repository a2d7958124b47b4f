/**
 * Real etcd servers for tests, and a proxy that disturbs connections to them.
 *
 * <p>Start at {@link dev.plinth.storage.etcd.testing.EtcdServers}. Other modules' tests use this
 * through the test jar of the module.
 */
@NullMarked
package dev.plinth.storage.etcd.testing;

import org.jspecify.annotations.NullMarked;

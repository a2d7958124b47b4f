/** The store on etcd: every call goes to a server, watches and leases outlive connections. */
@NullMarked
package dev.plinth.storage.etcd;

import org.jspecify.annotations.NullMarked;

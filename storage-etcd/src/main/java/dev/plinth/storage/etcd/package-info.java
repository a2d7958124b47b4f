/** The place of the store on etcd; it holds no types. */
@NullMarked
package dev.plinth.storage.etcd;

import org.jspecify.annotations.NullMarked;

/** The place of the store on a Hazelcast cluster; it holds no types. */
@NullMarked
package dev.plinth.storage.hazelcast;

import org.jspecify.annotations.NullMarked;

/** The store on members of a Hazelcast cluster, each of which may hold and own the data. */
@NullMarked
package dev.plinth.storage.hazelcast;

import org.jspecify.annotations.NullMarked;

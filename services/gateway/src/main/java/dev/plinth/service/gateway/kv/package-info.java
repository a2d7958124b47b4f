/** The service {@code etcdserverpb.KV}: ranges, writes, transactions and compaction. */
@NullMarked
package dev.plinth.service.gateway.kv;

import org.jspecify.annotations.NullMarked;

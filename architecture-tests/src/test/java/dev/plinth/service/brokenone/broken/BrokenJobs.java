package dev.plinth.service.brokenone.broken;

import dev.plinth.service.brokentwo.broken.BrokenNodesRepository;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.Store;
import io.etcd.BrokenDriver;
import io.grpc.Status;
import io.javalin.http.Context;

/**
 * A domain class that breaks the rules: it knows another service, a driver, a store and both
 * transports.
 */
public final class BrokenJobs {
  Object otherService() {
    return new BrokenNodesRepository();
  }

  Object driver() {
    return new BrokenDriver();
  }

  void store(Store store) {
    store.keyValues().put(Key.utf8("a"), Bytes.EMPTY);
  }

  void http(Context context) {
    context.result("");
  }

  Status grpc() {
    return Status.OK;
  }
}

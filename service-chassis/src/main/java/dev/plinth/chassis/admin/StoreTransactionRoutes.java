package dev.plinth.chassis.admin;

import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import io.javalin.http.Context;
import jakarta.inject.Inject;

/** Transactions: {@code /admin/v1/store/txn}. */
final class StoreTransactionRoutes implements Routes {
  private final Store store;

  @Inject
  StoreTransactionRoutes(Store store) {
    this.store = store;
  }

  @Override
  public void register(RouteTable routes) {
    routes.post("/admin/v1/store/txn", this::commit);
  }

  private void commit(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    Transaction transaction = StoreOperations.transaction(request.body());
    request.finish();
    Reply.json(ctx, 200, StoreJson.commit(store.keyValues().commit(transaction)));
  }
}

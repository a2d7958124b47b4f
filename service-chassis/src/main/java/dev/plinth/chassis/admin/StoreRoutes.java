package dev.plinth.chassis.admin;

import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.http.JsonReader;
import dev.plinth.chassis.http.PageRequest;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.util.Base64;
import java.util.OptionalLong;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The keys of the store, its status, and compaction: {@code /admin/v1/store}. */
final class StoreRoutes implements Routes {
  private static final int PAGE = 1000;
  private static final int LARGEST_PAGE = 10_000;

  private final Store store;

  @Inject
  StoreRoutes(Store store) {
    this.store = store;
  }

  @Override
  public void register(RouteTable routes) {
    routes.get("/admin/v1/store/kv", this::read);
    routes.put("/admin/v1/store/kv", this::put);
    routes.delete("/admin/v1/store/kv", this::delete);
    routes.get("/admin/v1/store/status", this::status);
    routes.post("/admin/v1/store/compact", this::compact);
  }

  private void read(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    KeyRange range = StoreRequests.range(request);
    OptionalLong at = request.queryNumber("at", 1, Long.MAX_VALUE);
    boolean keysOnly = request.queryFlag("keys_only", false);
    boolean countOnly = request.queryFlag("count_only", false);
    PageRequest page = request.page("kv " + range, PAGE, LARGEST_PAGE);
    request.finish();

    Read read = Read.of(range).limitedTo(page.limit());
    if (page.token().isPresent()) {
      Key after = Key.of(Base64.getDecoder().decode(page.token().get().after()));
      KeyRange rest =
          range
              .end()
              .map(end -> KeyRange.between(after.next(), end))
              .orElseGet(() -> KeyRange.from(after.next()));
      read = Read.of(rest).limitedTo(page.limit()).at(page.token().get().revision());
    } else if (at.isPresent()) {
      read = read.at(Revision.of(at.getAsLong()));
    }
    Slice slice =
        store.keyValues().read(countOnly ? read.countOnly() : keysOnly ? read.keysOnly() : read);
    if (range.isSingle() && slice.count() == 0 && !countOnly) {
      throw new NotFoundException("the key " + range.start() + " does not exist");
    }
    ObjectNode answer = StoreJson.slice(slice, !keysOnly);
    if (slice.more() && !slice.entries().isEmpty()) {
      Revision revision =
          page.token()
              .map(token -> token.revision())
              .orElse(at.isPresent() ? Revision.of(at.getAsLong()) : slice.revision());
      Entry last = slice.entries().getLast();
      answer.put(
          "continue",
          page.next(revision, Base64.getEncoder().encodeToString(last.key().toArray())));
    }
    Reply.json(ctx, 200, answer);
  }

  private void put(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    JsonReader body = request.body();
    Put put = StoreOperations.put(body);
    request.finish();
    Commit commit = store.keyValues().commit(Transaction.of(put));
    Outcome.Written written = commit.put(0);
    ObjectNode answer = Json.object().put("revision", commit.revision().value());
    written.previous().ifPresent(before -> answer.set("previous", StoreJson.entry(before, true)));
    Reply.json(ctx, 200, answer);
  }

  private void delete(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    KeyRange range = StoreRequests.range(request);
    boolean previous = request.queryFlag("previous", false);
    request.finish();
    Delete delete = new Delete(range, previous);
    Commit commit = store.keyValues().commit(Transaction.of(delete));
    Reply.json(ctx, 200, StoreJson.deleted(commit.delete(0)));
  }

  private void status(Context ctx) {
    RequestReader.of(ctx).finish();
    ObjectNode answer = StoreJson.status(store.status());
    ArrayNode capabilities = answer.putArray("capabilities");
    store.capabilities().stream().map(Enum::name).sorted().forEach(capabilities::add);
    answer.set("measurements", StoreJson.measurements(store.measurements()));
    Reply.json(ctx, 200, answer);
  }

  private void compact(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    long revision = request.body().number("revision", 1, Long.MAX_VALUE);
    request.finish();
    Revision now = store.keyValues().compact(Revision.of(revision));
    Reply.json(ctx, 200, Json.object().put("revision", now.value()).put("compacted", revision));
  }
}

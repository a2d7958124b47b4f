package dev.plinth.service.registry.presence;

import dev.plinth.chassis.error.ConflictException;
import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.http.EventSource;
import dev.plinth.chassis.http.Grammar;
import dev.plinth.chassis.http.JsonReader;
import dev.plinth.chassis.http.Problem;
import dev.plinth.chassis.http.ProblemException;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.chassis.http.ServerEvent;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Revision;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The HTTP API of the registry. Thread-safe. */
final class PresenceRoutes implements Routes {
  private static final String USER_PATH = "/api/v1/users/{user}";
  private static final String DEVICE_PATH = USER_PATH + "/devices/{device}";

  /** Not in the query, which ends up in the logs of others. */
  private static final String CONNECTION_HEADER = "Connection-Id";

  private static final Grammar USER =
      new Grammar(Grammar.TEXT.rule(), text -> UserId.violation(text).isEmpty());
  private static final Grammar DEVICE =
      new Grammar(Grammar.TEXT.rule(), text -> DeviceId.violation(text).isEmpty());
  private static final Grammar GATEWAY =
      new Grammar(
          Grammar.TEXT.rule() + " and without '|'", text -> GatewayId.violation(text).isEmpty());
  private static final Grammar CONNECTION =
      new Grammar(Grammar.ID.rule(), text -> ConnectionId.violation(text).isEmpty());
  private static final Grammar LEASE =
      Grammar.matching(
          "1 to 16 hexadecimal digits, not all zero", "0*[1-9a-fA-F][0-9a-fA-F]{0,15}");

  private final Devices devices;
  private final Presences presences;
  private final PresenceRules rules;
  private final PresenceCodec codec;

  @Inject
  PresenceRoutes(Devices devices, Presences presences, PresenceRules rules, PresenceCodec codec) {
    this.devices = devices;
    this.presences = presences;
    this.rules = rules;
    this.codec = codec;
  }

  @Override
  public void register(RouteTable routes) {
    routes.put(DEVICE_PATH, this::put);
    routes.delete(DEVICE_PATH, this::delete);
    routes.post(DEVICE_PATH + "/heartbeat", this::heartbeat);
    routes.post("/api/v1/leases/{lease}/renew", this::renewLease);
    routes.get(USER_PATH, this::lookup);
    routes.delete(USER_PATH, this::erase);
    routes.events(USER_PATH + "/watch", this::watch);
    routes.post("/api/v1/lookup", this::lookupMany);
  }

  private void put(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String user = request.path("user", USER);
    String device = request.path("device", DEVICE);
    JsonReader body = request.body();
    String gateway = body.string("gateway", GATEWAY);
    Optional<String> connection = body.optionalString("connection_id", CONNECTION);
    Map<String, String> metadata = metadata(body);
    request.finish();
    UserId userId = new UserId(user);
    Devices.Wish wish =
        new Devices.Wish(
            userId, new DeviceId(device), new GatewayId(gateway), new Metadata(metadata));
    RegisterOutcome outcome =
        connection
            .map(ConnectionId::new)
            .map(id -> devices.register(wish, id))
            .orElseGet(() -> devices.register(wish));
    switch (outcome) {
      case RegisterOutcome.Registered registered ->
          Reply.json(
              ctx,
              registered.kind() == RegisterOutcome.Kind.NEW ? 201 : 200,
              codec.registered(userId, registered));
      case RegisterOutcome.LimitReached reached ->
          throw new ProblemException(
              Problem.of(
                  429,
                  "device-limit-exceeded",
                  "The user has as many devices as allowed",
                  "At most "
                      + reached.limit()
                      + " devices of a user may be registered; unregister one first"));
      case RegisterOutcome.Contended contended -> throw contended();
    }
  }

  private static Map<String, String> metadata(JsonReader body) {
    Map<String, String> metadata = body.stringMap("metadata");
    if (metadata.size() > Metadata.MOST_ENTRIES) {
      body.reject("metadata", "must have at most " + Metadata.MOST_ENTRIES + " entries");
    }
    metadata.forEach((name, value) -> {
      Metadata.nameViolation(name)
          .or(() -> Metadata.valueViolation(value))
          .ifPresent(violation -> body.reject("metadata." + name, violation));
    });
    return metadata;
  }

  private void heartbeat(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String user = request.path("user", USER);
    String device = request.path("device", DEVICE);
    String connection = request.body().string("connection_id", CONNECTION);
    request.finish();
    UserId userId = new UserId(user);
    HoldOutcome outcome = devices.renew(userId, new DeviceId(device), new ConnectionId(connection));
    answer(ctx, userId, new DeviceId(device), outcome);
  }

  private void delete(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String user = request.path("user", USER);
    String device = request.path("device", DEVICE);
    Optional<String> connection = Optional.ofNullable(ctx.header(CONNECTION_HEADER));
    boolean force = request.queryFlag("force", false);
    if (connection.isPresent() == force) {
      request.reject(
          CONNECTION_HEADER,
          "is required, or force=true to end the registration of whatever connection holds it;"
              + " not both");
    } else if (connection.isPresent() && !CONNECTION.accepts(connection.get())) {
      request.reject(CONNECTION_HEADER, "must be " + CONNECTION.rule());
    }
    request.finish();
    UserId userId = new UserId(user);
    DeviceId deviceId = new DeviceId(device);
    HoldOutcome outcome =
        connection
            .map(ConnectionId::new)
            .map(id -> devices.unregister(userId, deviceId, id))
            .orElseGet(() -> devices.forceOut(userId, deviceId));
    answer(ctx, userId, deviceId, outcome);
  }

  private void answer(Context ctx, UserId user, DeviceId device, HoldOutcome outcome) {
    switch (outcome) {
      case HoldOutcome.Renewed renewed -> Reply.json(ctx, 200, codec.renewed(user, renewed));
      case HoldOutcome.Ended ended ->
          Reply.json(ctx, 200, codec.ended(user, device, ended.epoch()));
      case HoldOutcome.Missing missing ->
          throw new NotFoundException("the device is not registered");
      case HoldOutcome.HeldByAnother another ->
          throw new ConflictException(
              "other-connection",
              "another connection holds the registration",
              Optional.of(another.epoch().toString()));
      case HoldOutcome.Contended contended -> throw contended();
    }
  }

  private static ConflictException contended() {
    return new ConflictException(
        "contended", "the registrations of this user kept changing; try again", Optional.empty());
  }

  private void renewLease(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String lease = request.path("lease", LEASE);
    request.finish();
    LeaseInfo renewed =
        devices
            .renew(LeaseId.of(Long.parseUnsignedLong(lease, 16)))
            .orElseThrow(() -> new NotFoundException("no registration lives on this lease"));
    Reply.json(ctx, 200, codec.lease(renewed));
  }

  private void lookup(Context ctx) {
    UserId user = user(ctx);
    Reply.json(ctx, 200, codec.presence(presences.lookup(user)));
  }

  private void erase(Context ctx) {
    UserId user = user(ctx);
    Reply.json(ctx, 200, codec.erased(devices.erase(user)));
  }

  private static UserId user(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String user = request.path("user", USER);
    request.finish();
    return new UserId(user);
  }

  private void lookupMany(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    JsonReader body = request.body();
    List<UserId> users = users(body);
    request.finish();
    Reply.json(ctx, 200, codec.answers(presences.lookup(users)));
  }

  private List<UserId> users(JsonReader body) {
    List<UserId> users = new ArrayList<>();
    Optional<JsonNode> list = body.node("users");
    if (list.isEmpty()) {
      body.reject("users", "is required");
    } else if (!list.get().isArray()) {
      body.reject("users", "must be a list");
    } else if (list.get().size() > rules.lookupLimit()) {
      body.reject("users", "must be at most " + rules.lookupLimit() + ", are " + list.get().size());
    } else {
      for (int i = 0; i < list.get().size(); i++) {
        JsonNode user = list.get().get(i);
        if (user.isString() && USER.accepts(user.stringValue())) {
          users.add(new UserId(user.stringValue()));
        } else {
          body.reject("users[" + i + "]", "must be " + USER.rule());
        }
      }
    }
    return users;
  }

  private EventSource watch(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String name = request.path("user", USER);
    Optional<Revision> from = request.resumeFrom();
    request.finish();
    UserId user = new UserId(name);
    PresenceWatch watch =
        from.map(revision -> presences.follow(user, revision))
            .orElseGet(() -> presences.follow(user));
    return new EventSource() {
      @Override
      public List<ServerEvent> next() throws InterruptedException {
        return watch.next().stream().map(event -> serverEvent(user, event)).toList();
      }

      @Override
      public void close() {
        watch.close();
      }
    };
  }

  private ServerEvent serverEvent(UserId user, PresenceEvent event) {
    return new ServerEvent(kind(event), event.revision(), codec.event(user, event));
  }

  private static ServerEvent.Kind kind(PresenceEvent event) {
    return switch (event) {
      case PresenceEvent.Resynced resynced -> ServerEvent.Kind.RESYNC;
      case PresenceEvent.Registered registered -> ServerEvent.Kind.PUT;
      case PresenceEvent.Removed removed -> ServerEvent.Kind.DELETE;
      case PresenceEvent.Progressed progressed -> ServerEvent.Kind.PROGRESS;
    };
  }
}

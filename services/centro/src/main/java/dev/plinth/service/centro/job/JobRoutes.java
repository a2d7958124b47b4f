package dev.plinth.service.centro.job;

import dev.plinth.chassis.error.ConflictException;
import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.http.Grammar;
import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.http.PageRequest;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.service.centro.document.InvalidDocument;
import dev.plinth.service.centro.id.JobId;
import dev.plinth.spi.Key;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Shows and cancels jobs over HTTP.
 *
 * <p>Thread-safe.
 */
final class JobRoutes implements Routes {
  private static final int DEFAULT_LIMIT = 100;
  private static final int MOST_LIMIT = 1000;

  private final Jobs jobs;
  private final WaitingReasons reasons;

  @Inject
  JobRoutes(Jobs jobs, WaitingReasons reasons) {
    this.jobs = jobs;
    this.reasons = reasons;
  }

  @Override
  public void register(RouteTable routes) {
    routes.get("/api/v1/jobs", this::list);
    routes.get("/api/v1/jobs/{id}", this::show);
    routes.post("/api/v1/jobs/{id}/cancel", this::cancel);
  }

  private void list(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    Optional<String> word = request.query("status");
    Optional<JobFilter> filter = word.map(JobFilter::ofWord).orElse(Optional.of(JobFilter.ALL));
    if (filter.isEmpty()) {
      request.reject("status", JobFilter.RULE);
    }
    PageRequest asked = request.page("jobs " + word.orElse(""), DEFAULT_LIMIT, MOST_LIMIT);
    request.finish();
    JobFilter which = filter.orElse(JobFilter.ALL);
    JobPage page =
        asked
            .token()
            .map(
                token -> jobs.list(which, asked.limit(), token.revision(), Key.utf8(token.after())))
            .orElseGet(() -> jobs.list(which, asked.limit()));
    ObjectNode reply = Json.object();
    reply.put("revision", page.revision().value());
    ArrayNode items = reply.putArray("jobs");
    page.jobs().forEach(job -> JobCodec.describe(items.addObject(), job));
    putInvalid(reply, page.invalid());
    page.last().ifPresent(key -> reply.put("continue", asked.next(page.revision(), key.utf8())));
    Reply.json(ctx, 200, reply);
  }

  private void show(Context ctx) {
    Job job =
        switch (jobs.find(id(ctx))) {
          case JobLookup.Found found -> found.stored().job();
          case JobLookup.Unreadable unreadable -> throw unreadable(unreadable.document());
          case JobLookup.Missing none -> throw missing(ctx);
        };
    ObjectNode reply = Json.object();
    JobCodec.describe(reply, job);
    if (job.status() == JobStatus.QUEUED) {
      ObjectNode waiting = reply.putObject("waiting");
      reasons.of(job).forEach((node, reason) -> waiting.put(node.value(), reason));
    }
    Reply.json(ctx, 200, reply);
  }

  private void cancel(Context ctx) {
    JobId id = id(ctx);
    switch (jobs.cancel(id)) {
      case Cancellation.Done done -> {
        ObjectNode reply = Json.object();
        reply.put("job_id", done.job().id().value());
        reply.put("message", "job is cancelled");
        JobCodec.describe(reply.putObject("job"), done.job());
        Reply.json(ctx, 200, reply);
      }
      case Cancellation.TooLate late ->
          throw new ConflictException(
              "not-queued",
              "job '"
                  + id
                  + "' is "
                  + late.job().status().word()
                  + ", only queued jobs are cancelled",
              Optional.of(late.job().status().word()));
      case Cancellation.Unreadable unreadable -> throw unreadable(unreadable.document());
      case Cancellation.Missing none -> throw missing(ctx);
    }
  }

  private static JobId id(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String id = request.path("id", Grammar.ID);
    request.finish();
    return JobId.of(id);
  }

  private static NotFoundException missing(Context ctx) {
    return new NotFoundException("job '" + ctx.pathParam("id") + "' does not exist");
  }

  private static ConflictException unreadable(InvalidDocument document) {
    return new ConflictException(
        "unreadable-document", document.key() + " " + document.problem(), Optional.empty());
  }

  private static void putInvalid(ObjectNode reply, List<InvalidDocument> documents) {
    ArrayNode invalid = reply.putArray("invalid");
    for (InvalidDocument document : documents) {
      ObjectNode one = invalid.addObject();
      one.put("key", document.key().toString());
      one.put("problem", document.problem());
    }
  }
}

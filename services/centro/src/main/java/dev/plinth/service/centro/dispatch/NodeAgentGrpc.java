package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.service.centro.job.JobStatus;
import dev.plinth.service.centro.node.NodeReport;
import dev.plinth.service.centro.node.Nodes;
import dev.plinth.service.centro.talk.ClaimJobRequest;
import dev.plinth.service.centro.talk.ClaimJobResponse;
import dev.plinth.service.centro.talk.GetJobRequest;
import dev.plinth.service.centro.talk.GetJobResponse;
import dev.plinth.service.centro.talk.HeartbeatRequest;
import dev.plinth.service.centro.talk.HeartbeatResponse;
import dev.plinth.service.centro.talk.Job;
import dev.plinth.service.centro.talk.NodeAgentServiceGrpc;
import dev.plinth.service.centro.talk.Task;
import dev.plinth.service.centro.talk.TaskConfig;
import dev.plinth.service.centro.talk.UpdateStatusRequest;
import dev.plinth.service.centro.talk.UpdateStatusResponse;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What agents call. A refusal is an OK reply with the false flag and a text; only a store that
 * cannot be reached, or may have been, becomes a status code.
 *
 * <p>Thread-safe.
 */
final class NodeAgentGrpc extends NodeAgentServiceGrpc.NodeAgentServiceImplBase {
  private final Nodes nodes;
  private final Dispatch dispatch;

  @Inject
  NodeAgentGrpc(Nodes nodes, Dispatch dispatch) {
    this.nodes = nodes;
    this.dispatch = dispatch;
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> reply) {
    List<String> wrong = new ArrayList<>();
    check(request.getNodeId(), wrong);
    wrong.addAll(
        NodeReport.violations(
            request.getRamMb(),
            request.getCpuPercent(),
            request.getDiskMb(),
            request.getMetadataMap()));
    Optional<String> refusal =
        wrong.isEmpty() ? nodes.heartbeat(report(request)) : Optional.of(text(wrong));
    send(
        reply,
        HeartbeatResponse.newBuilder()
            .setOk(refusal.isEmpty())
            .setMessage(refusal.orElse("heartbeat received"))
            .build());
  }

  @Override
  public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> reply) {
    List<String> wrong = new ArrayList<>();
    check(request.getNodeId(), wrong);
    GetJobResponse.Builder response = GetJobResponse.newBuilder();
    if (wrong.isEmpty()) {
      switch (dispatch.next(NodeId.of(request.getNodeId()))) {
        case Offer.Given given ->
            response.setHasJob(true).setJob(message(given.job())).setMessage("job is reserved");
        case Offer.None none -> response.setMessage(none.reason());
      }
    } else {
      response.setMessage(text(wrong));
    }
    send(reply, response.build());
  }

  @Override
  public void claimJob(ClaimJobRequest request, StreamObserver<ClaimJobResponse> reply) {
    List<String> wrong = new ArrayList<>();
    check(request.getNodeId(), wrong);
    checkJob(request.getJobId(), wrong);
    Verdict verdict =
        wrong.isEmpty()
            ? dispatch.claim(NodeId.of(request.getNodeId()), JobId.of(request.getJobId()))
            : Verdict.refused(text(wrong));
    send(
        reply,
        ClaimJobResponse.newBuilder()
            .setOk(verdict.isAccepted())
            .setMessage(verdict.text())
            .build());
  }

  @Override
  public void updateStatus(
      UpdateStatusRequest request, StreamObserver<UpdateStatusResponse> reply) {
    List<String> wrong = new ArrayList<>();
    check(request.getNodeId(), wrong);
    checkJob(request.getJobId(), wrong);
    Optional<JobStatus> status =
        JobStatus.ofWord(request.getStatus()).filter(JobStatus::isReportable);
    if (status.isEmpty()) {
      wrong.add("status must be provisioning, running, completed, failed or stopped");
    }
    Verdict verdict =
        wrong.isEmpty() && status.isPresent()
            ? dispatch.report(
                NodeId.of(request.getNodeId()),
                JobId.of(request.getJobId()),
                status.get(),
                request.getDetail())
            : Verdict.refused(text(wrong));
    send(
        reply,
        UpdateStatusResponse.newBuilder()
            .setOk(verdict.isAccepted())
            .setMessage(verdict.text())
            .build());
  }

  private static NodeReport report(HeartbeatRequest request) {
    return new NodeReport(
        NodeId.of(request.getNodeId()),
        request.getRamMb(),
        request.getCpuPercent(),
        request.getDiskMb(),
        request.getMetadataMap());
  }

  private static Job message(dev.plinth.service.centro.job.Job job) {
    Job.Builder message =
        Job.newBuilder()
            .setJobId(job.id().value())
            .setName(job.spec().name())
            .setType(job.spec().type())
            .setDatacenters(job.spec().datacenters().commaForm())
            .putAllMeta(job.spec().meta());
    job.spec()
        .tasks()
        .forEach(task ->
            message.addTasks(
                Task.newBuilder()
                    .setName(task.name())
                    .setDriver(task.driver())
                    .setConfig(
                        TaskConfig.newBuilder()
                            .setImage(task.image())
                            .putAllOptions(task.options()))
                    .putAllEnv(task.env())));
    return message.build();
  }

  private static void check(String nodeId, List<String> wrong) {
    if (!NodeId.isValid(nodeId)) {
      wrong.add("node_id " + NodeId.RULE);
    }
  }

  private static void checkJob(String jobId, List<String> wrong) {
    if (!JobId.isValid(jobId)) {
      wrong.add("job_id " + JobId.RULE);
    }
  }

  private static String text(List<String> wrong) {
    return String.join("; ", wrong);
  }

  private static <T> void send(StreamObserver<T> reply, T response) {
    reply.onNext(response);
    reply.onCompleted();
  }
}

package dev.plinth.service.gateway.concurrency;

import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.service.gateway.protocol.Ranges;
import dev.plinth.service.gateway.protocol.ResponseHeaders;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import io.etcd.jetcd.api.CampaignRequest;
import io.etcd.jetcd.api.CampaignResponse;
import io.etcd.jetcd.api.ElectionGrpc;
import io.etcd.jetcd.api.LeaderKey;
import io.etcd.jetcd.api.LeaderRequest;
import io.etcd.jetcd.api.LeaderResponse;
import io.etcd.jetcd.api.ProclaimRequest;
import io.etcd.jetcd.api.ProclaimResponse;
import io.etcd.jetcd.api.ResignRequest;
import io.etcd.jetcd.api.ResignResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;

/** Serves {@code v3electionpb.Election}. Thread-safe. */
final class EtcdElectionGrpc extends ElectionGrpc.ElectionImplBase {
  private final Store store;
  private final ResponseHeaders headers;
  private final WaitingCalls calls;
  private final Candidates candidates;

  @Inject
  EtcdElectionGrpc(
      Store store, ResponseHeaders headers, WaitingCalls calls, Candidates candidates) {
    this.store = store;
    this.headers = headers;
    this.calls = calls;
    this.candidates = candidates;
  }

  @Override
  public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> reply) {
    calls.start(reply, (call, client) -> campaign(request, call, client));
  }

  private void campaign(
      CampaignRequest request,
      WaitingCall call,
      ServerCallStreamObserver<CampaignResponse> client) {
    Candidate candidate =
        candidates.enter(
            request.getName(), request.getLease(), Ranges.bytes(request.getValue()), call);
    Revision _ = candidates.awaitTurn(candidate, call, GatewayError.ELECTION_NOT_LEADER::exception);
    client.onNext(
        CampaignResponse.newBuilder()
            .setHeader(headers.at(candidate.entered()))
            .setLeader(
                LeaderKey.newBuilder()
                    .setName(request.getName())
                    .setKey(Ranges.string(candidate.key()))
                    .setRev(candidate.created().value())
                    .setLease(candidate.lease().value()))
            .build());
    client.onCompleted();
  }

  @Override
  public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> reply) {
    if (!request.hasLeader()) {
      throw GatewayError.LEADER_FIELD_MISSING.exception();
    }
    LeaderKey leader = request.getLeader();
    WaitingCalls.answer(
        reply,
        () -> {
          Revision revision =
              candidates.proclaim(
                  Ranges.key(leader.getKey()),
                  Revision.of(leader.getRev()),
                  Ranges.bytes(request.getValue()),
                  candidates.lease(leader.getLease()));
          return ProclaimResponse.newBuilder().setHeader(headers.at(revision)).build();
        });
  }

  @Override
  public void leader(LeaderRequest request, StreamObserver<LeaderResponse> reply) {
    WaitingCalls.answer(
        reply,
        () -> {
          Slice first = candidates.first(Candidate.range(request.getName()));
          if (first.entries().isEmpty()) {
            throw GatewayError.ELECTION_NO_LEADER.exception();
          }
          return LeaderResponse.newBuilder()
              .setHeader(headers.at(first.revision()))
              .setKv(Ranges.keyValue(first.entries().getFirst()))
              .build();
        });
  }

  @Override
  public void observe(LeaderRequest request, StreamObserver<LeaderResponse> reply) {
    calls.start(
        reply,
        (call, client) ->
            new LeaderObserver(
                    store, headers, candidates, Candidate.range(request.getName()), call, client)
                .run());
  }

  @Override
  public void resign(ResignRequest request, StreamObserver<ResignResponse> reply) {
    if (!request.hasLeader()) {
      throw GatewayError.LEADER_FIELD_MISSING.exception();
    }
    LeaderKey leader = request.getLeader();
    WaitingCalls.answer(
        reply,
        () -> {
          Revision revision =
              candidates.remove(Ranges.key(leader.getKey()), Revision.of(leader.getRev()));
          return ResignResponse.newBuilder().setHeader(headers.at(revision)).build();
        });
  }
}

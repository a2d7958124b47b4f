package dev.plinth.chassis.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.error.ConflictException;
import dev.plinth.chassis.error.GoneException;
import dev.plinth.chassis.error.LimitException;
import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.error.UnauthenticatedException;
import dev.plinth.chassis.error.UnavailableException;
import dev.plinth.chassis.error.ValidationException;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GrpcServerTest {
  private static final MethodDescriptor<HealthCheckRequest, HealthCheckRequest> ECHO =
      MethodDescriptor.<HealthCheckRequest, HealthCheckRequest>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("test.Echo/Echo")
          .setRequestMarshaller(ProtoUtils.marshaller(HealthCheckRequest.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(HealthCheckRequest.getDefaultInstance()))
          .build();

  /** A service that answers what a function makes of a text. */
  private record EchoService(UnaryOperator<String> answer) implements Service, BindableService {
    @Override
    public String name() {
      return "test";
    }

    @Override
    public void check(Settings settings) {
      settings.allowOnly("grpc-port");
    }

    @Override
    public Module module(ServiceContext context) {
      return new AbstractModule() {
        @Override
        protected void configure() {
          install(new GrpcModule(GrpcConfig.from(context, 50051)));
          Multibinder.newSetBinder(binder(), BindableService.class)
              .addBinding()
              .toInstance(EchoService.this);
        }
      };
    }

    @Override
    public ServerServiceDefinition bindService() {
      return ServerServiceDefinition.builder("test.Echo")
          .addMethod(
              ECHO,
              ServerCalls.asyncUnaryCall((request, observer) -> {
                observer.onNext(text(answer.apply(request.getService())));
                observer.onCompleted();
              }))
          .build();
    }
  }

  private static HealthCheckRequest text(String text) {
    return HealthCheckRequest.newBuilder().setService(text).build();
  }

  private static ServiceFixture serve(Store store, UnaryOperator<String> answer) {
    return ServiceFixture.start(new EchoService(answer), store, Map.of("grpc-port", 0));
  }

  private static String echo(Channel channel, String text) {
    return ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT, text(text))
        .getService();
  }

  private static String fail(String how) {
    throw switch (how) {
      case "invalid" -> new ValidationException("name", "is required");
      case "missing" -> new NotFoundException("job 'a' does not exist");
      case "conflict" -> new ConflictException("changed", "7");
      case "gone" -> new GoneException("compacted");
      case "limit" -> new LimitException("five devices");
      case "unauthenticated" -> new UnauthenticatedException("token");
      case "unavailable" -> new UnavailableException("not the leader");
      case "store-unavailable" -> new StoreUnavailableException("no connection");
      case "unknown" -> new OutcomeUnknownException("no answer within 3s");
      case "lease" -> new LeaseLostException(LeaseId.of(7));
      case "history" -> new HistoryLostException(Revision.of(3));
      case "incarnation" -> new IncarnationLostException("other data");
      case "exists" -> new RequestRefusedException(Reason.LEASE_EXISTS);
      case "full" -> new RequestRefusedException(Reason.SPACE_EXCEEDED);
      case "empty-key" -> new RequestRefusedException(Reason.KEY_NOT_PROVIDED);
      case "status" -> Status.ALREADY_EXISTS.withDescription("own words").asRuntimeException();
      default -> new IllegalStateException("secret internals");
    };
  }

  @Test
  void everyErrorHasItsStatus() {
    Map<String, Status.Code> expected =
        Map.ofEntries(
            Map.entry("invalid", Status.Code.INVALID_ARGUMENT),
            Map.entry("missing", Status.Code.NOT_FOUND),
            Map.entry("conflict", Status.Code.ABORTED),
            Map.entry("gone", Status.Code.OUT_OF_RANGE),
            Map.entry("limit", Status.Code.RESOURCE_EXHAUSTED),
            Map.entry("unauthenticated", Status.Code.UNAUTHENTICATED),
            Map.entry("unavailable", Status.Code.UNAVAILABLE),
            Map.entry("store-unavailable", Status.Code.UNAVAILABLE),
            Map.entry("unknown", Status.Code.DEADLINE_EXCEEDED),
            Map.entry("lease", Status.Code.ABORTED),
            Map.entry("history", Status.Code.OUT_OF_RANGE),
            Map.entry("incarnation", Status.Code.DATA_LOSS),
            Map.entry("exists", Status.Code.FAILED_PRECONDITION),
            Map.entry("full", Status.Code.RESOURCE_EXHAUSTED),
            Map.entry("empty-key", Status.Code.INVALID_ARGUMENT),
            Map.entry("status", Status.Code.ALREADY_EXISTS),
            Map.entry("defect", Status.Code.INTERNAL));
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, GrpcServerTest::fail)) {
      Channel channel = service.channel();
      expected.forEach((how, code) ->
          assertThatThrownBy(() -> echo(channel, how))
              .as(how)
              .isInstanceOf(StatusRuntimeException.class)
              .satisfies(thrown -> {
                Status status = ((StatusRuntimeException) thrown).getStatus();
                assertThat(status.getCode()).as(how).isEqualTo(code);
                assertThat(String.valueOf(status.getDescription()))
                    .doesNotContain("secret")
                    .doesNotContain("Exception");
              }));
    }
  }

  @Test
  void callsRunOnVirtualThreads() {
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, text -> text + Thread.currentThread().isVirtual())) {
      assertThat(echo(service.channel(), "virtual: ")).isEqualTo("virtual: true");
    }
  }

  @Test
  void healthAndReflectionAreThere() {
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, UnaryOperator.identity())) {
      assertThat(
              HealthGrpc.newBlockingStub(service.channel())
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
      assertThat(servicesByReflection(service.channel()))
          .contains("grpc.reflection.v1.ServerReflection", "grpc.health.v1.Health");
      assertThatThrownBy(() ->
              ClientCalls.blockingUnaryCall(
                  service.channel(),
                  ECHO.toBuilder().setFullMethodName("test.Nothing/Echo").build(),
                  CallOptions.DEFAULT,
                  text("")))
          .hasMessageContaining("UNIMPLEMENTED");
    }
  }

  private static List<String> servicesByReflection(Channel channel) {
    CompletableFuture<List<String>> names = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    names.complete(
                        response.getListServicesResponse().getServiceList().stream()
                            .map(ServiceResponse::getName)
                            .toList());
                  }

                  @Override
                  public void onError(Throwable failure) {
                    names.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    requests.onCompleted();
    return names.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Test
  void aMessageThatIsTooLargeIsRefused() {
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, text -> "")) {
      assertThatThrownBy(() -> echo(service.channel(), "x".repeat(5 << 20)))
          .hasMessageContaining("RESOURCE_EXHAUSTED");
    }
  }

  @Test
  void callsUnderWayFinishWhenTheServiceStops() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    UnaryOperator<String> slow =
        text -> {
          arrived.countDown();
          try {
            proceed.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
          return "done";
        };
    // A busy machine may keep the call for long, and that must not use the grace up.
    try (Store store = Stores.memory();
        ServiceFixture service =
            ServiceFixture.start(
                new EchoService(slow), store, Map.of("grpc-port", 0), Duration.ofSeconds(40))) {
      Channel channel = service.channel();
      CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> echo(channel, ""));
      arrived.await();
      Thread stopping = Thread.ofVirtual().start(service::stop);
      assertThat(stopping.join(Duration.ofMillis(500))).isFalse();
      proceed.countDown();
      assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("done");
      assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void aPortInUseIsSaidInOneLine() {
    try (Store store = Stores.memory();
        ServiceFixture first = serve(store, UnaryOperator.identity())) {
      int port = first.get(GrpcServer.class).port();
      assertThatThrownBy(() ->
              ServiceFixture.start(
                  new EchoService(UnaryOperator.identity()), store, Map.of("grpc-port", port)))
          .isInstanceOf(StartException.class)
          .hasMessageStartingWith("test.grpc-port: 127.0.0.1:" + port + " is in use");
    }
  }
}

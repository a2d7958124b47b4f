package dev.plinth.service.gateway.protocol;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.function.BiConsumer;

/** Adds to services the calls that the generated classes lack. Holds nothing. */
public final class ServiceDefinitions {
  private ServiceDefinitions() {}

  /**
   * Adds a call with one answer.
   *
   * @param generated the service without it
   * @param name of the call
   * @param request a message that reads on the wire as the request does
   * @param response a message that reads on the wire as the answer does
   * @param call answers
   * @return the service with it
   */
  public static <Q extends Message, A extends Message> ServerServiceDefinition with(
      ServerServiceDefinition generated,
      String name,
      Q request,
      A response,
      BiConsumer<Q, StreamObserver<A>> call) {
    ServiceDescriptor known = generated.getServiceDescriptor();
    MethodDescriptor<Q, A> method =
        MethodDescriptor.<Q, A>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(known.getName(), name))
            .setRequestMarshaller(ProtoUtils.marshaller(request))
            .setResponseMarshaller(ProtoUtils.marshaller(response))
            .build();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(known.getName()).addMethod(method);
    known.getMethods().forEach(descriptor::addMethod);
    ServerServiceDefinition.Builder whole =
        ServerServiceDefinition.builder(descriptor.build())
            .addMethod(method, ServerCalls.asyncUnaryCall(call::accept));
    for (ServerMethodDefinition<?, ?> each : generated.getMethods()) {
      whole.addMethod(each);
    }
    return whole.build();
  }
}

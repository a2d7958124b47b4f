package dev.plinth.chassis.grpc;

import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelPipeline;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObjectAggregator;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerCodec;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Tells by the first byte of a connection whether it speaks HTTP/2, which begins with "PRI", or
 * asks for a page. Thread-safe.
 */
final class PagesBesideGrpc implements InternalProtocolNegotiator.ProtocolNegotiator {
  private static final int LARGEST_REQUEST_BYTES = 8 << 10;

  private final InternalProtocolNegotiator.ProtocolNegotiator grpc =
      InternalProtocolNegotiators.serverPlaintext();
  private final PlainPages pages;
  private final Executor executor;

  PagesBesideGrpc(PlainPages pages, Executor executor) {
    this.pages = pages;
    this.executor = executor;
  }

  @Override
  public AsciiString scheme() {
    return grpc.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
    return new FirstByte(grpc.newHandler(handler));
  }

  @Override
  public void close() {
    grpc.close();
  }

  /** Holds back the negotiation until the first byte is there. Runs on one event loop. */
  private final class FirstByte extends ChannelInboundHandlerAdapter {
    private final ChannelHandler grpcHandler;
    private final List<Object> events = new ArrayList<>();

    FirstByte(ChannelHandler grpcHandler) {
      this.grpcHandler = grpcHandler;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      events.add(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ChannelPipeline pipeline = context.pipeline();
      if (message instanceof ByteBuf bytes
          && bytes.isReadable()
          && bytes.getByte(bytes.readerIndex()) != 'P') {
        pipeline.addAfter(context.name(), null, new PageHandler(pages, executor));
        pipeline.addAfter(context.name(), null, new HttpObjectAggregator(LARGEST_REQUEST_BYTES));
        pipeline.addAfter(context.name(), null, new HttpServerCodec());
        context.fireChannelRead(message);
        pipeline.remove(this);
        return;
      }
      pipeline.replace(this, null, grpcHandler);
      for (Object event : events) {
        pipeline.fireUserEventTriggered(event);
      }
      pipeline.fireChannelRead(message);
    }
  }
}

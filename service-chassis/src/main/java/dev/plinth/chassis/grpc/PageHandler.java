package dev.plinth.chassis.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderValues;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.codec.http.QueryStringDecoder;
import java.util.concurrent.Executor;

/** Answers one request of a connection with a page, and closes it. Runs on one event loop. */
final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final PlainPages.Page NONE =
      new PlainPages.Page(404, "text/plain; charset=utf-8", "404 page not found\n");
  private static final PlainPages.Page NOT_ALLOWED =
      new PlainPages.Page(405, "text/plain; charset=utf-8", "Method Not Allowed\n");
  private static final PlainPages.Page FAILED =
      new PlainPages.Page(500, "text/plain; charset=utf-8", "the page cannot be made\n");

  private final PlainPages pages;
  private final Executor executor;

  PageHandler(PlainPages pages, Executor executor) {
    this.pages = pages;
    this.executor = executor;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (!head && !request.method().equals(HttpMethod.GET)) {
      send(context, NOT_ALLOWED, false);
      return;
    }
    String path = new QueryStringDecoder(request.uri()).path();
    executor.execute(() -> {
      PlainPages.Page page = FAILED;
      try {
        page = pages.page(path).orElse(NONE);
      } finally {
        send(context, page, head);
      }
    });
  }

  private static void send(ChannelHandlerContext context, PlainPages.Page page, boolean head) {
    byte[] body = page.body().getBytes(UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(page.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, page.mediaType())
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
    var _ = context.close();
  }
}

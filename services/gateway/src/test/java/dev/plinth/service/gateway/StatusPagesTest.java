package dev.plinth.service.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StatusPagesTest {
  private final GatewayFixture gateway = GatewayFixture.inMemory();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    client.shutdownNow();
    gateway.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://" + gateway.target() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void pagesAreShownOnThePortOfTheProtocol() throws IOException, InterruptedException {
    assertThat(get("/health").body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
    assertThat(get("/version").body())
        .isEqualTo("{\"etcdserver\":\"3.5.16\",\"etcdcluster\":\"3.5.0\"}");
    assertThat(get("/metrics").body())
        .contains("jvm_memory_heap_used", "process_resident_memory_bytes ");
    assertThat(get("/frob").statusCode()).isEqualTo(404);
    assertThat(
            KVGrpc.newBlockingStub(gateway.channel())
                .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build())
                .getCount())
        .isZero();
  }
}

package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EtcdEndpointTest {
  @ParameterizedTest
  @CsvSource({
    "localhost:2379, localhost, 2379, false",
    "etcd-1.plinth.svc:1, etcd-1.plinth.svc, 1, false",
    "10.0.0.7:2379, 10.0.0.7, 2379, false",
    "'[::1]:2379', ::1, 2379, false",
    "http://a:80, a, 80, false",
    "https://a:443/, a, 443, true",
    "HTTPS://a, a, 2379, true",
    "a, a, 2379, false",
    "a:, a, 2379, false",
    "'[::1]', ::1, 2379, false",
    "https://[fe80::1]:1, fe80::1, 1, true",
    "'  a:1  ', a, 1, false"
  })
  void hostsAndUrlsAreRead(String text, String host, int port, boolean secure) {
    EtcdEndpoint endpoint = EtcdEndpoint.parse(text);
    assertThat(endpoint.host()).isEqualTo(host);
    assertThat(endpoint.port()).isEqualTo(port);
    assertThat(endpoint.isSecure()).isEqualTo(secure);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a:b",
        "a:0",
        "a:70000",
        "a b:1",
        "unix:///tmp/s",
        "http://",
        "http://u@a:1",
        "http://a:1/path",
        "http://a:1?x=y",
        "a:1,b:2",
        " ",
        ":2379",
        "a:-1",
        "a:99999999999",
        "a:1:2",
        "::1:2379",
        "[::1:2379",
        "my_etcd:2379",
        "a:1/path",
        "http://a:1#part",
        "http:///path",
        "http:a:1",
        "://a:1",
        "//a://1",
        "mailto:a://b",
        "https://https://a:1"
      })
  void everythingElseIsRefused(String text) {
    assertThatThrownBy(() -> EtcdEndpoint.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({"localhost:2379, localhost:2379", "'[::1]:1', '[::1]:1'", "https://a, a:2379"})
  void itIsShownAsHostAndPort(String text, String shown) {
    assertThat(EtcdEndpoint.parse(text)).hasToString(shown);
  }
}

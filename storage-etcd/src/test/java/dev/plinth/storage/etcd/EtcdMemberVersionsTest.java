package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EtcdMemberVersionsTest {
  @ParameterizedTest
  @CsvSource({
    "3.3.27, false",
    "3.4.0, false",
    "3.4.23, false",
    "3.4.25, true",
    "3.5.7, false",
    "3.5.8, true",
    "3.5.16, true",
    "3.6.0-rc.1, true",
    "4.0.0, true",
    "unknown, false",
    "'', false"
  })
  void knowsWhichVersionsAnswerExactly(String version, boolean exact) {
    assertThat(EtcdMemberVersions.isExact(version)).isEqualTo(exact);
  }
}

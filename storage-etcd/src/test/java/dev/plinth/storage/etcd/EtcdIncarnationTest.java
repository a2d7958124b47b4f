package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.IncarnationLostException;
import io.etcd.jetcd.api.ResponseHeader;
import org.junit.jupiter.api.Test;

final class EtcdIncarnationTest {
  private final EtcdIncarnation incarnation = new EtcdIncarnation();

  @Test
  void theHighestRevisionIsRemembered() {
    incarnation.observe(header(1, 5), 0);
    incarnation.observe(header(1, 3), 0);
    incarnation.observe(header(1, 7), 5);
    assertThat(incarnation.highest()).isEqualTo(7);
  }

  @Test
  void answersThatOvertakeEachOtherAreNoLoss() {
    long atSending = incarnation.highest();
    incarnation.observe(header(1, 9), atSending);
    incarnation.observe(header(1, 8), atSending);
    assertThat(incarnation.highest()).isEqualTo(9);
  }

  @Test
  void anAnswerBehindWhatWasKnownWhenItWasAskedForIsALoss() {
    incarnation.observe(header(1, 9), 0);
    assertThatThrownBy(() -> incarnation.observe(header(1, 8), 9))
        .isInstanceOf(IncarnationLostException.class);
    assertThatThrownBy(incarnation::check).isInstanceOf(IncarnationLostException.class);
    assertThatThrownBy(() -> incarnation.observe(header(1, 10), 0))
        .isInstanceOf(IncarnationLostException.class);
  }

  @Test
  void anotherClusterIsALoss() {
    incarnation.observe(header(1, 5), 0);
    assertThatThrownBy(() -> incarnation.observe(header(2, 50), 0))
        .isInstanceOf(IncarnationLostException.class);
  }

  @Test
  void aHeaderThatSaysNothingIsPassedOver() {
    incarnation.observe(header(1, 5), 0);
    incarnation.observe(ResponseHeader.getDefaultInstance(), 5);
    incarnation.check();
    assertThat(incarnation.highest()).isEqualTo(5);
  }

  private static ResponseHeader header(long cluster, long revision) {
    return ResponseHeader.newBuilder().setClusterId(cluster).setRevision(revision).build();
  }
}

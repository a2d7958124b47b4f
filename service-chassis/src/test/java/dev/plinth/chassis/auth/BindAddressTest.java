package dev.plinth.chassis.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BindAddressTest {
  @Test
  void everythingBindsLoopbackUnlessTheOperatorInsists() {
    assertThat(BindAddress.from(Settings.empty())).isEqualTo(BindAddress.loopback());
    assertThat(BindAddress.from(Settings.of(Map.of("bind-address", "::1"))).uriHost())
        .isEqualTo("[0:0:0:0:0:0:0:1]");
    assertThatThrownBy(() -> BindAddress.from(Settings.of(Map.of("bind-address", "0.0.0.0"))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("bind-address: '0.0.0.0' can be reached from other machines");
    BindAddress open =
        BindAddress.from(Settings.of(Map.of("bind-address", "0.0.0.0", "insecure", true)));
    assertThat(open.host()).isEqualTo("0.0.0.0");
    assertThat(open.uriHost()).isEqualTo("127.0.0.1");
  }

  @Test
  void whatIsNoAddressIsRefused() {
    assertThatThrownBy(() -> BindAddress.from(Settings.of(Map.of("bind-address", "999.1.1.1"))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("is not an address");
  }
}

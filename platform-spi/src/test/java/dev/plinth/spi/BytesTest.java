package dev.plinth.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class BytesTest {
  @Test
  void whatGoesInIsCopied() {
    byte[] content = {1, 2, 3};
    Bytes bytes = Bytes.of(content);
    content[0] = 9;
    assertThat(bytes).isEqualTo(Bytes.of((byte) 1, (byte) 2, (byte) 3));
  }

  @Test
  void whatComesOutIsCopied() {
    Bytes bytes = Bytes.utf8("abc");
    bytes.toArray()[0] = 'x';
    assertThat(bytes.utf8()).isEqualTo("abc");
  }

  @Test
  void theViewCannotBeWrittenTo() {
    ByteBuffer view = Bytes.utf8("abc").asReadOnlyBuffer();
    assertThat(view.remaining()).isEqualTo(3);
    assertThatThrownBy(() -> view.put(0, (byte) 'x')).isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void orderIsOfUnsignedBytes() {
    assertThat(Bytes.of((byte) 0x80)).isGreaterThan(Bytes.of((byte) 0x7f));
    assertThat(Bytes.of((byte) 0xff)).isGreaterThan(Bytes.of((byte) 0x80, (byte) 0xff));
    assertThat(Bytes.utf8("a")).isLessThan(Bytes.utf8("aa"));
    assertThat(Bytes.EMPTY).isLessThan(Bytes.of((byte) 0));
  }

  @Test
  void equalContentIsEqual() {
    assertThat(Bytes.utf8("same"))
        .isEqualTo(Bytes.utf8("same"))
        .hasSameHashCodeAs(Bytes.utf8("same"));
    assertThat(Bytes.utf8("same")).isNotEqualTo(Bytes.utf8("Same")).isNotEqualTo("same");
    assertThat(Bytes.utf8("")).isEqualTo(Bytes.EMPTY).isEqualTo(Bytes.of());
    assertThat(Bytes.EMPTY.isEmpty()).isTrue();
    assertThat(Bytes.of((byte) 0).isEmpty()).isFalse();
  }

  @Test
  void textMakesTheRoundTripThroughUtf8() {
    Bytes bytes = Bytes.utf8("grün €");
    assertThat(bytes.toArray()).isEqualTo("grün €".getBytes(StandardCharsets.UTF_8));
    assertThat(bytes.utf8()).isEqualTo("grün €");
    assertThat(bytes.size()).isEqualTo(9);
    assertThat(bytes.at(0)).isEqualTo((byte) 'g');
    assertThatThrownBy(() -> bytes.at(9)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shortPrintableContentIsShownAsItIs() {
    assertThat(Bytes.utf8("plain text")).hasToString("plain text");
    assertThat(Bytes.of((byte) 1, (byte) 0xab)).hasToString("0x01ab");
    assertThat(Bytes.of(new byte[300])).hasToString("0x" + "00".repeat(32) + "... (300 bytes)");
    assertThat(Bytes.utf8("a".repeat(256))).hasToString("a".repeat(256));
    assertThat(Bytes.utf8("a".repeat(257)).toString()).startsWith("0x6161").endsWith("(257 bytes)");
  }
}

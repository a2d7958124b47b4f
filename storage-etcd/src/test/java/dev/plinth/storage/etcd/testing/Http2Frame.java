package dev.plinth.storage.etcd.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One frame of HTTP/2 as it is sent, header included. Not changed after it was made. */
final class Http2Frame {
  /** What every connection begins with, before the first frame of the client. */
  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static final int HEADER_BYTES = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int CANCEL = 8;

  private final byte[] bytes;

  private Http2Frame(byte[] bytes) {
    this.bytes = bytes;
  }

  static boolean isPreface(byte[] bytes) {
    return Arrays.equals(bytes, PREFACE.getBytes(StandardCharsets.US_ASCII));
  }

  static Http2Frame read(InputStream input) throws IOException {
    byte[] header = input.readNBytes(HEADER_BYTES);
    if (header.length < HEADER_BYTES) {
      throw new EOFException();
    }
    int length = ByteBuffer.wrap(header).getInt() >>> 8;
    byte[] all = Arrays.copyOf(header, HEADER_BYTES + length);
    if (input.readNBytes(all, HEADER_BYTES, length) < length) {
      throw new EOFException();
    }
    return new Http2Frame(all);
  }

  private static Http2Frame of(int type, int flags, int stream, byte[] payload) {
    byte[] all = new byte[HEADER_BYTES + payload.length];
    all[0] = (byte) (payload.length >> 16);
    all[1] = (byte) (payload.length >> 8);
    all[2] = (byte) payload.length;
    all[3] = (byte) type;
    all[4] = (byte) flags;
    ByteBuffer unused = ByteBuffer.wrap(all).putInt(5, stream);
    System.arraycopy(payload, 0, all, HEADER_BYTES, payload.length);
    return new Http2Frame(all);
  }

  /**
   * What a gRPC server sends at the normal end of a stream.
   *
   * @param begun whether it has sent headers before
   */
  static Http2Frame end(int stream, boolean begun) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    if (!begun) {
      literal(block, ":status", "200");
      literal(block, "content-type", "application/grpc");
    }
    literal(block, "grpc-status", "0");
    return of(HEADERS, END_STREAM | END_HEADERS, stream, block.toByteArray());
  }

  /** A header that neither side remembers, so that their tables of headers stay the same. */
  private static void literal(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    for (String text : new String[] {name, value}) {
      byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
      block.write(ascii.length);
      block.writeBytes(ascii);
    }
  }

  /** What a client sends that wants no more of a stream. */
  static Http2Frame cancel(int stream) {
    return of(RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
  }

  byte[] bytes() {
    return bytes;
  }

  private int type() {
    return bytes[3];
  }

  int stream() {
    return ByteBuffer.wrap(bytes).getInt(5) & Integer.MAX_VALUE;
  }

  boolean isHeaders() {
    return type() == HEADERS;
  }

  boolean isReset() {
    return type() == RST_STREAM;
  }

  /** Whether it opens a stream, sent by a client: gRPC clients send no trailers. */
  boolean opensStream() {
    return isHeaders();
  }

  boolean endsStream() {
    return (isHeaders() || type() == DATA) && (bytes[4] & END_STREAM) != 0;
  }

  /** Whether the other side takes it amiss after the end of the stream. */
  boolean isOfStream() {
    return switch (type()) {
      case DATA, HEADERS, RST_STREAM, CONTINUATION, WINDOW_UPDATE -> stream() != 0;
      default -> false;
    };
  }
}

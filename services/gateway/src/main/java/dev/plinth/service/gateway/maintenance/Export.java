package dev.plinth.service.gateway.maintenance;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.SnapshotResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * All keys at one revision as one stream of bytes: answers to a range request, page by page, each
 * behind its length, then zeros up to a whole block, then the SHA-256 of all before.
 *
 * <p>One thread at a time.
 */
final class Export {
  /** What clients check: the length without the digest is a multiple of it. */
  private static final int BLOCK = 512;

  private static final int CHUNK = 32 << 10;

  private final EntryPages pages;
  private final ResponseHeader header;
  private final Consumer<SnapshotResponse> out;
  private final MessageDigest digest = sha256();
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream(2 * CHUNK);
  private long left;

  /**
   * An export that has not begun.
   *
   * @param pages what is exported
   * @param header of each page
   * @param out takes the chunks in order; may block
   */
  Export(EntryPages pages, ResponseHeader header, Consumer<SnapshotResponse> out) {
    this.pages = pages;
    this.header = header;
    this.out = out;
  }

  /** Writes everything. The length is told from the first chunk on, so all is read twice. */
  void run() {
    long[] length = new long[1];
    pages.forEach(page -> {
      int size = message(page).getSerializedSize();
      length[0] += CodedOutputStream.computeUInt32SizeNoTag(size) + size;
    });
    int padding = (int) ((BLOCK - length[0] % BLOCK) % BLOCK);
    left = length[0] + padding;
    pages.forEach(page -> {
      try {
        message(page).writeDelimitedTo(pending);
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      sendWhole(CHUNK);
    });
    pending.writeBytes(new byte[padding]);
    sendWhole(1);
    send(digest.digest());
  }

  private RangeResponse message(List<KeyValue> page) {
    return RangeResponse.newBuilder().setHeader(header).addAllKvs(page).build();
  }

  private void sendWhole(int least) {
    if (pending.size() < least) {
      return;
    }
    byte[] all = pending.toByteArray();
    pending.reset();
    int sent = 0;
    while (all.length - sent >= least) {
      byte[] chunk = Arrays.copyOfRange(all, sent, Math.min(all.length, sent + CHUNK));
      sent += chunk.length;
      left -= chunk.length;
      digest.update(chunk);
      send(chunk);
    }
    pending.write(all, sent, all.length - sent);
  }

  private void send(byte... chunk) {
    out.accept(
        SnapshotResponse.newBuilder()
            .setRemainingBytes(left)
            .setBlob(UnsafeByteOperations.unsafeWrap(chunk))
            .build());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}

package dev.plinth.service.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KVGrpc.KVBlockingStub;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class KeyValuesTest {
  private final GatewayFixture gateway = GatewayFixture.inMemory();
  private final KVBlockingStub kv = KVGrpc.newBlockingStub(gateway.channel());

  @AfterEach
  void close() {
    gateway.close();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private PutResponse put(String key, String value) {
    return kv.put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build());
  }

  private static RangeRequest.Builder all() {
    ByteString zero = ByteString.copyFrom(new byte[1]);
    return RangeRequest.newBuilder().setKey(zero).setRangeEnd(zero);
  }

  @Test
  void everyAnswerHasAHeader() {
    PutResponse put = put("a", "1");

    assertThat(put.getHeader().getRevision()).isEqualTo(2);
    assertThat(put.getHeader().getClusterId()).isNotZero();
    assertThat(put.getHeader().getMemberId()).isNotZero();
    assertThat(put.getHeader().getRaftTerm()).isPositive();
    RangeResponse range = kv.range(all().setRevision(1).build());
    assertThat(range.getHeader().getRevision()).isEqualTo(2);
    assertThat(range.getKvsList()).isEmpty();
    assertThat(
            kv.compact(CompactionRequest.newBuilder().setRevision(2).build())
                .getHeader()
                .getRevision())
        .isEqualTo(2);
  }

  @Test
  void aTargetWithoutAnOrderSortsWhatTheLimitLeft() {
    put("a", "3");
    put("b", "2");
    put("c", "1");
    put("d", "0");

    RangeResponse range =
        kv.range(all().setSortTarget(RangeRequest.SortTarget.VALUE).setLimit(2).build());

    assertThat(range.getKvsList())
        .extracting(kv -> kv.getKey().toStringUtf8())
        .containsExactly("c", "b");
    assertThat(range.getMore()).isTrue();
    assertThat(range.getCount()).isEqualTo(4);
  }

  @Test
  void innerAnswersCarryTheRevisionAlone() {
    TxnResponse transaction =
        kv.txn(
            TxnRequest.newBuilder()
                .addSuccess(
                    RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(bytes("a"))))
                .addSuccess(
                    RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes("b"))))
                .addSuccess(RequestOp.newBuilder().setRequestTxn(TxnRequest.getDefaultInstance()))
                .build());

    assertThat(transaction.getSucceeded()).isTrue();
    assertThat(transaction.getHeader().getRevision()).isEqualTo(2);
    assertThat(transaction.getResponses(0).getResponsePut().getHeader().getRevision()).isEqualTo(2);
    assertThat(transaction.getResponses(0).getResponsePut().getHeader().getClusterId()).isZero();
    assertThat(transaction.getResponses(1).getResponseDeleteRange().getHeader().getRevision())
        .isEqualTo(2);
    assertThat(transaction.getResponses(2).getResponseTxn().hasHeader()).isTrue();
  }

  @Test
  void whatIsWrongIsNamedInTheWordsThatClientsKnow() {
    assertThatThrownBy(() -> put("", "1"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessage("INVALID_ARGUMENT: etcdserver: key is not provided");
    assertThatThrownBy(() -> kv.range(all().setRevision(9).build()))
        .hasMessage("OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision");
    assertThatThrownBy(() -> kv.range(all().setSortOrderValue(7).build()))
        .hasMessage("INVALID_ARGUMENT: etcdserver: invalid sort option");
    assertThatThrownBy(() -> kv.put(PutRequest.newBuilder().setKey(bytes("a")).setLease(5).build()))
        .hasMessage("NOT_FOUND: etcdserver: requested lease not found");
    assertThatThrownBy(() ->
            kv.txn(TxnRequest.newBuilder().addSuccess(RequestOp.getDefaultInstance()).build()))
        .hasMessage("INVALID_ARGUMENT: etcdserver: key not found");
  }
}

package dev.plinth.service.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmRequest.AlarmAction;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.DefragmentRequest;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.HashKVResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.SnapshotResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MaintenanceTest {
  private static final int BLOCK = 512;
  private static final int DIGEST = 32;

  private final GatewayFixture gateway = GatewayFixture.inMemory();
  private final MaintenanceGrpc.MaintenanceBlockingStub maintenance =
      MaintenanceGrpc.newBlockingStub(gateway.channel());
  private final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(gateway.channel());

  @AfterEach
  void close() {
    gateway.close();
  }

  private PutResponse put(String key, String value) {
    return kv.put(
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8(value))
            .build());
  }

  @Test
  void theOnlyMemberLeadsAndIsReachedWhereTheGatewayListens() {
    StatusResponse status = maintenance.status(StatusRequest.getDefaultInstance());
    List<Member> members =
        ClusterGrpc.newBlockingStub(gateway.channel())
            .memberList(MemberListRequest.getDefaultInstance())
            .getMembersList();

    assertThat(members).hasSize(1);
    assertThat(members.getFirst().getName()).isEqualTo("plinth");
    assertThat(members.getFirst().getClientURLsList())
        .containsExactly("http://" + gateway.target());
    assertThat(status.getLeader())
        .isNotZero()
        .isEqualTo(members.getFirst().getID())
        .isEqualTo(status.getHeader().getMemberId());
    assertThat(status.getVersion()).isEqualTo("3.5.16");
    assertThat(status.getRaftIndex()).isEqualTo(1);
    assertThat(status.getErrorsList()).isEmpty();
  }

  @Test
  void whatChangesClustersIsRefused() {
    assertThatThrownBy(() ->
            ClusterGrpc.newBlockingStub(gateway.channel())
                .memberRemove(MemberRemoveRequest.getDefaultInstance()))
        .hasMessageStartingWith("UNIMPLEMENTED: etcdserver: members are not changed");
    assertThatThrownBy(() -> maintenance.moveLeader(MoveLeaderRequest.getDefaultInstance()))
        .hasMessage("FAILED_PRECONDITION: etcdserver: bad leader transferee");
    assertThatThrownBy(() ->
            AuthGrpc.newBlockingStub(gateway.channel())
                .authenticate(AuthenticateRequest.getDefaultInstance()))
        .hasMessage("FAILED_PRECONDITION: etcdserver: authentication is not enabled");
    assertThat(maintenance.defragment(DefragmentRequest.getDefaultInstance()).hasHeader())
        .isFalse();
  }

  @Test
  void aRaisedAlarmRefusesWritesUntilItIsLifted() {
    AlarmRequest.Builder alarm =
        AlarmRequest.newBuilder().setMemberID(7).setAlarm(AlarmType.NOSPACE);
    assertThat(maintenance.alarm(alarm.setAction(AlarmAction.ACTIVATE).build()).getAlarmsList())
        .hasSize(1);

    assertThatThrownBy(() -> put("a", "1"))
        .hasMessage("RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded");
    assertThat(maintenance.alarm(AlarmRequest.getDefaultInstance()).getAlarmsList())
        .extracting("memberID", "alarm")
        .containsExactly(tuple(7L, AlarmType.NOSPACE));

    assertThat(maintenance.alarm(alarm.setAction(AlarmAction.DEACTIVATE).build()).getAlarmsList())
        .hasSize(1);
    assertThat(put("a", "1").getHeader().getRevision()).isEqualTo(2);
  }

  @Test
  void theHashOfARevisionStaysAndThoseOfOthersDiffer() {
    put("a", "1");
    HashKVResponse first = hash(2);
    put("a", "2");

    assertThat(hash(2).getHash()).isEqualTo(first.getHash());
    assertThat(hash(3).getHash()).isNotEqualTo(first.getHash()).isEqualTo(hash(0).getHash());
    assertThat(first.getCompactRevision()).isEqualTo(-1);
    assertThat(hash(2).getHeader().getRevision()).isEqualTo(3);
    assertThatThrownBy(() -> hash(4))
        .hasMessage("OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision");
  }

  private HashKVResponse hash(long revision) {
    return maintenance.hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  @Test
  void theExportHoldsEveryKeyAndEndsWithItsDigest() throws IOException, NoSuchAlgorithmException {
    for (int i = 0; i < 300; i++) {
      put("key" + i, "value".repeat(100));
    }

    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    long left = -1;
    Iterator<SnapshotResponse> chunks = maintenance.snapshot(SnapshotRequest.getDefaultInstance());
    while (chunks.hasNext()) {
      SnapshotResponse chunk = chunks.next();
      boolean isDigest = left == 0;
      assertThat(left).isIn(-1L, 0L, chunk.getRemainingBytes() + chunk.getBlob().size());
      assertThat(isDigest && chunks.hasNext()).isFalse();
      left = chunk.getRemainingBytes();
      chunk.getBlob().writeTo(whole);
    }

    byte[] bytes = whole.toByteArray();
    int length = bytes.length - DIGEST;
    assertThat(length % BLOCK).isZero();
    assertThat(Arrays.copyOfRange(bytes, length, bytes.length))
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(bytes, length)));
    List<String> keys = new ArrayList<>();
    ByteArrayInputStream in = new ByteArrayInputStream(bytes, 0, length);
    RangeResponse page = RangeResponse.parseDelimitedFrom(in);
    while (page.hasHeader()) {
      page.getKvsList().forEach(entry -> keys.add(entry.getKey().toStringUtf8()));
      page =
          in.available() > 0
              ? RangeResponse.parseDelimitedFrom(in)
              : page.toBuilder().clearHeader().build();
    }
    assertThat(keys).hasSize(300).contains("key0", "key299").isSorted();
  }
}

package dev.plinth.service.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCancelRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchProgressRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A watch stream as it goes over the wire: what is asked, and what is answered, in order. */
public final class RawWatch implements AutoCloseable {
  private static final int FRAGMENT_OF_RESPONSE = 7;
  private static final int ID_OF_CREATION = 7;
  private static final int FRAGMENT_OF_CREATION = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final ClientCallStreamObserver<WatchRequest> requests;

  /** What came: an answer, or the end of the stream. */
  private record Answer(Optional<WatchResponse> response, Optional<Status> end) {}

  private RawWatch(Channel channel, boolean reading) {
    requests =
        (ClientCallStreamObserver<WatchRequest>)
            WatchGrpc.newStub(channel).watch(new Listener(reading));
  }

  /** Opens a stream whose answers are read as they come. */
  public static RawWatch open(Channel channel) {
    return new RawWatch(channel, true);
  }

  /** Opens a stream that ends rather than wait for a store that cannot be reached. */
  static RawWatch needingLeader(Channel channel) {
    Metadata demand = new Metadata();
    demand.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    return open(
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(demand)));
  }

  /** Opens a stream of which nothing is read before {@link #read}. */
  static RawWatch stalled(Channel channel) {
    return new RawWatch(channel, false);
  }

  static WatchCreateRequest.Builder on(String key) {
    return WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key));
  }

  static WatchCreateRequest.Builder onPrefix(String prefix) {
    String end =
        prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
    return on(prefix).setRangeEnd(ByteString.copyFromUtf8(end));
  }

  /** Chooses the id of the watch. */
  static WatchCreateRequest.Builder withId(WatchCreateRequest.Builder request, long id) {
    return with(request, ID_OF_CREATION, id);
  }

  /** Lets large answers come in parts. */
  static WatchCreateRequest.Builder inParts(WatchCreateRequest.Builder request) {
    return with(request, FRAGMENT_OF_CREATION, 1);
  }

  /** Sets a field that the generated classes lack. */
  private static WatchCreateRequest.Builder with(
      WatchCreateRequest.Builder request, int field, long value) {
    return request.setUnknownFields(
        request.getUnknownFields().toBuilder()
            .addField(field, UnknownFieldSet.Field.newBuilder().addVarint(value).build())
            .build());
  }

  static boolean isFragment(WatchResponse response) {
    return response.getUnknownFields().hasField(FRAGMENT_OF_RESPONSE);
  }

  public void create(WatchCreateRequest.Builder request) {
    requests.onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
  }

  /** Creates a watch and takes the answer to that. */
  WatchResponse created(WatchCreateRequest.Builder request) {
    create(request);
    return next();
  }

  public void cancel(long id) {
    requests.onNext(
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
            .build());
  }

  public void askForProgress() {
    requests.onNext(
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build());
  }

  void sendNothing() {
    requests.onNext(WatchRequest.getDefaultInstance());
  }

  void halfClose() {
    requests.onCompleted();
  }

  /** Reads so many more answers. */
  void read(int more) {
    requests.request(more);
  }

  /** Takes the next answer. */
  public WatchResponse next() {
    Answer answer = take();
    return answer
        .response()
        .orElseThrow(() -> new AssertionError("the stream ended: " + answer.end()));
  }

  /** Takes what comes next, if it is an answer and not the end of the stream. */
  Optional<WatchResponse> nextUnlessEnded() {
    return take().response();
  }

  /** Takes the next answer, if there is one soon. */
  public Optional<WatchResponse> poll(Duration patience) {
    Answer answer = take(patience);
    if (answer != null && answer.response().isEmpty()) {
      throw new AssertionError("the stream ended: " + answer.end());
    }
    return answer == null ? Optional.empty() : answer.response();
  }

  /** Takes the end of the stream, which must come next. */
  Status end() {
    Answer answer = take();
    return answer.end().orElseThrow(() -> new AssertionError("not the end: " + answer.response()));
  }

  /** Takes answers until so many events came. */
  List<Event> events(int count) {
    List<Event> events = new ArrayList<>();
    while (events.size() < count) {
      WatchResponse response = next();
      if (response.getEventsCount() == 0) {
        throw new AssertionError("no event in " + response);
      }
      events.addAll(response.getEventsList());
    }
    return events;
  }

  private Answer take() {
    Answer answer = take(PATIENCE);
    if (answer == null) {
      throw new AssertionError("no answer within " + PATIENCE);
    }
    return answer;
  }

  private @Nullable Answer take(Duration patience) {
    try {
      return answers.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /** What came and was not taken. */
  int waiting() {
    return answers.size();
  }

  @Override
  public void close() {
    requests.cancel("the test is over", null);
  }

  private final class Listener implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private final boolean reading;

    Listener(boolean reading) {
      this.reading = reading;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
      if (!reading) {
        stream.disableAutoRequestWithInitial(0);
      }
    }

    @Override
    public void onNext(WatchResponse response) {
      answers.add(new Answer(Optional.of(response), Optional.empty()));
    }

    @Override
    public void onError(Throwable thrown) {
      answers.add(new Answer(Optional.empty(), Optional.of(Status.fromThrowable(thrown))));
    }

    @Override
    public void onCompleted() {
      answers.add(new Answer(Optional.empty(), Optional.of(Status.OK)));
    }
  }
}

package io.titankv.cli.run;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionRequest;
import io.titankv.proto.kv.v1.SessionResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A caller that asks for values on a session and takes no answer until it is told to. */
final class UnreadSession implements AutoCloseable {
    private final ManagedChannel channel;
    private final AtomicInteger results = new AtomicInteger();
    private long lastId;
    private @Nullable ClientCallStreamObserver<SessionRequest> out;

    UnreadSession(String endpoint) {
        channel = Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create())
                .build();
        open(channel);
    }

    private void open(Channel to) {
        var _ = KvGrpc.newStub(to).session(new ClientResponseObserver<SessionRequest, SessionResponse>() {
            @Override
            public void beforeStart(ClientCallStreamObserver<SessionRequest> stream) {
                stream.disableAutoRequestWithInitial(0);
                out = stream;
            }

            @Override
            public void onNext(SessionResponse response) {
                results.addAndGet((int) response.getResultsList().stream()
                        .filter(result -> result.getGet().getFound())
                        .count());
            }

            @Override
            public void onError(Throwable failure) {
                // Seen by the caller: results do not come.
            }

            @Override
            public void onCompleted() {
                // As above.
            }
        });
    }

    /** Asks for each of the keys. */
    void ask(List<ByteString> keys, Duration timeout) {
        SessionRequest.Builder message = SessionRequest.newBuilder();
        for (ByteString key : keys) {
            message.addOperations(SessionOperation.newBuilder()
                    .setId(++lastId)
                    .setTimeoutMillis((int) timeout.toMillis())
                    .setGet(GetRequest.newBuilder().setKey(key)));
        }
        stream().onNext(message.build());
    }

    /** From now on it takes what comes. */
    void read() {
        stream().request(Integer.MAX_VALUE);
    }

    int results() {
        return results.get();
    }

    private ClientCallStreamObserver<SessionRequest> stream() {
        if (out == null) {
            throw new IllegalStateException("not started");
        }
        return out;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}

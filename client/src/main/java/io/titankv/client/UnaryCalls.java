package io.titankv.client;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.titankv.proto.kv.v1.KvGrpc;
import io.titankv.proto.kv.v1.KvGrpc.KvFutureStub;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Unary calls as futures of ours. Pure functions. */
final class UnaryCalls {
    private UnaryCalls() {}

    static <T> CompletableFuture<T> call(
            Connections.Connection connection, Duration timeout, Function<KvFutureStub, ListenableFuture<T>> method) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        KvFutureStub stub =
                KvGrpc.newFutureStub(connection.channel()).withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
        Futures.addCallback(
                method.apply(stub),
                new FutureCallback<T>() {
                    @Override
                    public void onSuccess(T result) {
                        answer.complete(result);
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }
                },
                MoreExecutors.directExecutor());
        return answer;
    }
}

package io.titankv.benchmarks.cluster;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The one message that a unary call is answered with, as a future of what is wanted of it. */
final class Answer<M, T extends @Nullable Object> implements StreamObserver<M> {
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private final Function<M, T> wanted;

    Answer(Function<M, T> wanted) {
        this.wanted = wanted;
    }

    CompletableFuture<T> future() {
        return future;
    }

    @Override
    public void onNext(M message) {
        future.complete(wanted.apply(message));
    }

    @Override
    public void onError(Throwable failure) {
        future.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
        if (!future.isDone()) {
            future.completeExceptionally(new IllegalStateException("ended without an answer"));
        }
    }
}

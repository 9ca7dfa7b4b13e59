package io.titankv.gateway;

import com.google.protobuf.ByteString;
import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.Limits;
import io.titankv.multiraft.host.Burst;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.BatchGetResponse;
import io.titankv.proto.kv.v1.BatchWriteResponse;
import io.titankv.proto.kv.v1.KeyStatus;
import io.titankv.proto.kv.v1.SessionResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Batches whose operations stand alone: each takes its own way, and those that take the same one travel together, since a link
 * and a shard gather what they are given. Thread-safe.
 */
final class Batches {
    /** Reads under way at once; bounds by how much the answer may pass its limit before that is noticed. */
    private static final int READS_AT_ONCE = 100;

    private static final KeyStatus OK = KeyStatus.getDefaultInstance();

    private final KeyOperations operations;

    Batches(KeyOperations operations) {
        this.operations = operations;
    }

    CompletableFuture<Answer<BatchGetResponse>> get(List<KeyOperation.Read> reads, Call call, Tokens tokens) {
        return new Reading(reads, call, tokens).go();
    }

    CompletableFuture<Answer<BatchWriteResponse>> write(List<KeyOperation.Write> writes, Call call, Tokens tokens) {
        return allOf(runAll(writes, call)).thenApply(answers -> {
            BatchWriteResponse.Builder response = BatchWriteResponse.newBuilder();
            answers.forEach(answer -> {
                tokenOf(answer).ifPresent(tokens::add);
                response.addItems(writeItem(answer));
            });
            return Answer.done(response.setSessionToken(tokens.merged()).build());
        });
    }

    /** In one burst: each shard gets at once what is for it. */
    private List<CompletableFuture<Answer<SessionResult>>> runAll(List<? extends KeyOperation> all, Call call) {
        List<CompletableFuture<Answer<SessionResult>>> answers = new ArrayList<>(all.size());
        Burst.run(() -> all.forEach(one -> answers.add(operations.run(one, call.part()))));
        return answers;
    }

    private static BatchWriteResponse.Item writeItem(Answer<SessionResult> answer) {
        BatchWriteResponse.Item.Builder item = BatchWriteResponse.Item.newBuilder();
        return switch (answer) {
            case Answer.Done<SessionResult>(SessionResult result) ->
                item.setStatus(OK)
                        .setVersion(
                                result.hasPut()
                                        ? result.getPut().getVersion()
                                        : result.getDelete().getVersion())
                        .setExisted(result.getDelete().getExisted())
                        .build();
            case Answer.Refused<SessionResult>(TitanError error) ->
                item.setStatus(TitanErrors.toKeyStatus(error)).build();
        };
    }

    private static Optional<ByteString> tokenOf(Answer<SessionResult> answer) {
        return switch (answer) {
            case Answer.Done<SessionResult>(SessionResult result) ->
                Optional.of(
                        switch (result.getResultCase()) {
                            case GET -> result.getGet().getSessionToken();
                            case PUT -> result.getPut().getSessionToken();
                            case DELETE -> result.getDelete().getSessionToken();
                            case RESULT_NOT_SET -> ByteString.EMPTY;
                        });
            case Answer.Refused<SessionResult> _ -> Optional.empty();
        };
    }

    static <T> CompletableFuture<List<T>> allOf(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(_ -> futures.stream().map(CompletableFuture::join).toList());
    }

    /** Collects what a batch's answers saw into one session token. Confined to one thread at a time. */
    static final class Tokens {
        private final String clusterId;
        private SessionMarks seen;

        Tokens(SessionMarks before, String clusterId) {
            this.seen = before;
            this.clusterId = clusterId;
        }

        void add(ByteString token) {
            SessionTokenFormat.decode(token, clusterId).ifPresent(marks -> seen = seen.mergedWith(marks));
        }

        void add(GroupId group, long index) {
            seen = seen.with(group, index);
        }

        ByteString merged() {
            return SessionTokenFormat.encode(seen, clusterId);
        }
    }

    /** One BatchGet: a slice of reads after the other, until the answer is full. */
    private final class Reading {
        private final List<KeyOperation.Read> reads;
        private final Call call;
        private final Tokens tokens;
        private final BatchGetResponse.Builder response = BatchGetResponse.newBuilder();
        private long valueBytes;

        Reading(List<KeyOperation.Read> reads, Call call, Tokens tokens) {
            this.reads = reads;
            this.call = call;
            this.tokens = tokens;
        }

        CompletableFuture<Answer<BatchGetResponse>> go() {
            int done = response.getItemsCount();
            if (done == reads.size()) {
                return CompletableFuture.completedFuture(
                        Answer.done(response.setSessionToken(tokens.merged()).build()));
            }
            List<KeyOperation.Read> slice = reads.subList(done, Math.min(reads.size(), done + READS_AT_ONCE));
            boolean isFull = valueBytes >= Limits.REQUEST_BYTES_MAX;
            return allOf(
                            isFull
                                    ? Collections.nCopies(
                                            slice.size(), CompletableFuture.completedFuture(Answer.refused(full())))
                                    : runAll(slice, call))
                    .thenCompose(answers -> {
                        answers.forEach(this::add);
                        return go();
                    });
        }

        private void add(Answer<SessionResult> answer) {
            BatchGetResponse.Item.Builder item = response.addItemsBuilder();
            switch (answer) {
                case Answer.Done<SessionResult>(SessionResult result) -> {
                    if (valueBytes + result.getGet().getValue().size() > Limits.REQUEST_BYTES_MAX) {
                        valueBytes = Limits.REQUEST_BYTES_MAX;
                        item.setStatus(TitanErrors.toKeyStatus(full()));
                        return;
                    }
                    valueBytes += result.getGet().getValue().size();
                    tokens.add(result.getGet().getSessionToken());
                    item.setStatus(OK)
                            .setFound(result.getGet().getFound())
                            .setValue(result.getGet().getValue())
                            .setVersion(result.getGet().getVersion());
                }
                case Answer.Refused<SessionResult>(TitanError error) -> item.setStatus(TitanErrors.toKeyStatus(error));
            }
        }

        private TitanError full() {
            return TitanError.of(
                            ErrorReason.BATCH_TOO_LARGE,
                            "values of this batch pass " + Limits.REQUEST_BYTES_MAX + " bytes; ask for this key alone")
                    .withLimit(Limits.REQUEST_BYTES_MAX);
        }
    }
}

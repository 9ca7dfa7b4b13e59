package io.titankv.gateway;

import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.Limits;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.shard.Shard;
import io.titankv.multiraft.shard.WriteOutcome;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.Atomicity;
import io.titankv.proto.kv.v1.BatchWriteRequest;
import io.titankv.proto.kv.v1.BatchWriteResponse;
import io.titankv.proto.kv.v1.KeyStatus;
import io.titankv.proto.kv.v1.RequestOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Batches that are atomic per shard: split by shard, each part done all or none. A part whose keys have come to lie in several
 * shards by the time it is routed is split again, as long as none of it is done. Thread-safe.
 */
final class AtomicBatches {
    private final Router router;
    private final Peers peers;

    AtomicBatches(Router router, Peers peers) {
        this.router = router;
        this.peers = peers;
    }

    CompletableFuture<Answer<BatchWriteResponse>> write(
            List<KeyOperation.Write> writes, RequestOptions options, Call call, Batches.Tokens tokens) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < writes.size(); i++) {
            members.add(new Member(i, writes.get(i)));
        }
        BatchWriteResponse.Item[] items = new BatchWriteResponse.Item[writes.size()];
        // What another gateway sent is one part there and must be one here, or nothing of it is done.
        CompletableFuture<Void> written = call.arrival() == Arrival.CLIENT
                ? writeSplit(members, options, call, tokens, items)
                : writePart(members, options, call, tokens, items);
        return written.thenApply(_ -> Answer.done(BatchWriteResponse.newBuilder()
                .addAllItems(Arrays.asList(items))
                .setSessionToken(tokens.merged())
                .build()));
    }

    /** An operation and its place in the request. */
    private record Member(int place, KeyOperation.Write write) {}

    private CompletableFuture<Void> writeSplit(
            List<Member> members,
            RequestOptions options,
            Call call,
            Batches.Tokens tokens,
            BatchWriteResponse.Item[] items) {
        ShardMap map = router.routes().current();
        Map<GroupId, List<Member>> parts = new TreeMap<>();
        for (Member member : members) {
            GroupId owner = map.isEmpty()
                    ? GroupId.PLACEMENT
                    : map.rangeOf(member.write().token()).owner();
            parts.computeIfAbsent(owner, _ -> new ArrayList<>()).add(member);
        }
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (List<Member> part : parts.values()) {
            all.add(writePart(part, options, call, tokens, items));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> writePart(
            List<Member> part,
            RequestOptions options,
            Call call,
            Batches.Tokens tokens,
            BatchWriteResponse.Item[] items) {
        Optional<TitanError> tooLarge = tooLarge(part);
        if (tooLarge.isPresent()) {
            fill(items, part, tooLarge.get());
            return CompletableFuture.completedFuture(null);
        }
        return router.route(new RoutedPart(part, options), call).thenCompose(answer -> {
            switch (answer) {
                case Answer.Done<BatchWriteResponse>(BatchWriteResponse response) -> {
                    for (int i = 0; i < part.size(); i++) {
                        items[part.get(i).place()] = response.getItems(i);
                    }
                    synchronized (tokens) {
                        tokens.add(response.getSessionToken());
                    }
                }
                case Answer.Refused<BatchWriteResponse>(TitanError error) -> {
                    if (error.reason() == ErrorReason.ROUTE_STALE
                            && call.arrival() == Arrival.CLIENT
                            && !call.deadline().hasPassed()
                            && isSpread(part)) {
                        return writeSplit(part, options, call, tokens, items);
                    }
                    fill(items, part, error);
                }
            }
            return CompletableFuture.completedFuture(null);
        });
    }

    private Optional<TitanError> tooLarge(List<Member> part) {
        long bytes = part.stream().mapToLong(member -> member.write().bytes()).sum();
        // One value of the largest size is no batch that is too large.
        int bytesMax = Math.max(
                router.options().entryBytesMax(), router.routes().current().valueBytesMax() + Limits.KEY_BYTES_MAX);
        if (bytes <= bytesMax) {
            return Optional.empty();
        }
        return Optional.of(TitanError.of(
                        ErrorReason.BATCH_TOO_LARGE,
                        "the " + part.size() + " operations for one shard have " + bytes
                                + " bytes; what is atomic may have " + bytesMax)
                .withLimit(bytesMax));
    }

    private boolean isSpread(List<Member> part) {
        return ownerOfAll(part, router.routes().current()).isEmpty();
    }

    private static Optional<GroupId> ownerOfAll(List<Member> part, ShardMap map) {
        GroupId first = map.rangeOf(part.getFirst().write().token()).owner();
        boolean one = part.stream()
                .allMatch(member -> map.rangeOf(member.write().token()).owner().equals(first));
        return one ? Optional.of(first) : Optional.empty();
    }

    private static void fill(BatchWriteResponse.Item[] items, List<Member> part, TitanError error) {
        BatchWriteResponse.Item item = BatchWriteResponse.Item.newBuilder()
                .setStatus(TitanErrors.toKeyStatus(error))
                .build();
        part.forEach(member -> items[member.place()] = item);
    }

    /** Not done, none of it, and worth another try. */
    private static boolean isRouting(ErrorReason reason) {
        return switch (reason) {
            case NOT_LEADER, NO_LEADER, ROUTE_STALE, SHARD_TRANSITION, NOT_READY -> true;
            case BUSY,
                    DISK_FULL,
                    VERSION_MISMATCH,
                    BATCH_ABORTED,
                    KEY_EMPTY,
                    KEY_TOO_LARGE,
                    VALUE_TOO_LARGE,
                    BATCH_TOO_LARGE,
                    BAD_PAGE_TOKEN,
                    BAD_REQUEST,
                    REQUEST_ID_EXPIRED,
                    OUTCOME_UNDETERMINED,
                    TIMED_OUT,
                    DATA_QUARANTINED,
                    NODE_UNKNOWN,
                    SHARD_UNKNOWN,
                    PLAN_UNKNOWN,
                    OPERATION_UNKNOWN,
                    PLAN_REFUSED,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    INTERNAL -> false;
        };
    }

    /** The part of a batch that one shard owns. Done: every operation has its own status. Refused: none was done. */
    private final class RoutedPart implements Routed<BatchWriteResponse> {
        private final List<Member> part;
        private final RequestOptions options;

        RoutedPart(List<Member> part, RequestOptions options) {
            this.part = part;
            this.options = options;
        }

        @Override
        public Optional<GroupId> owner(ShardMap map) {
            return ownerOfAll(part, map);
        }

        @Override
        public boolean needLeader() {
            return true;
        }

        @Override
        public boolean isRead() {
            return false;
        }

        @Override
        public CompletableFuture<Answer<BatchWriteResponse>> tryHere(Shard shard, Try details) {
            return shard.writeAtomically(
                            part.stream()
                                    .map(member -> KeyOperations.toShard(
                                            member.write(), details.map().epoch()))
                                    .toList(),
                            details.deadline().remaining())
                    .thenCompose(outcomes -> answer(outcomes, shard, details));
        }

        private CompletableFuture<Answer<BatchWriteResponse>> answer(
                List<WriteOutcome> outcomes, Shard shard, Try details) {
            BatchWriteResponse.Builder response = BatchWriteResponse.newBuilder();
            Batches.Tokens tokens = new Batches.Tokens(
                    part.getFirst().write().seen(), details.map().clusterId());
            long last = -1;
            for (WriteOutcome outcome : outcomes) {
                if (outcome instanceof WriteOutcome.Written written) {
                    last = Math.max(last, written.position().index());
                    tokens.add(details.group(), written.position().index());
                    response.addItemsBuilder()
                            .setStatus(KeyStatus.getDefaultInstance())
                            .setVersion(written.version())
                            .setExisted(written.existed());
                } else {
                    TitanError error = details.outcomes().refusal(outcome);
                    if (isRouting(error.reason())) {
                        // All or none: one that was refused for its route means that none was done.
                        return CompletableFuture.completedFuture(Answer.refused(error));
                    }
                    response.addItemsBuilder().setStatus(TitanErrors.toKeyStatus(error));
                }
            }
            Answer<BatchWriteResponse> done =
                    Answer.done(response.setSessionToken(tokens.merged()).build());
            boolean onAll = last >= 0 && part.getFirst().write().onAllReplicas();
            return onAll
                    ? KeyOperations.awaitAll(shard, last, details.deadline(), done)
                    : CompletableFuture.completedFuture(done);
        }

        @Override
        public CompletableFuture<Answer<BatchWriteResponse>> tryThere(Target.Peer peer, Try details) {
            BatchWriteRequest request = BatchWriteRequest.newBuilder()
                    .addAllOperations(part.stream()
                            .map(member -> ForwardedForm.item(member.write()))
                            .toList())
                    .setAtomicity(Atomicity.ATOMICITY_PER_SHARD)
                    .setOptions(ForwardedForm.options(options, details.map().epoch()))
                    .build();
            return peers.call(peer, details.deadline(), false, stub -> stub.batchWrite(request))
                    .thenApply(this::unlessRefused);
        }

        /** A part that another gateway refused whole, for its route, comes back with that status on each operation. */
        private Answer<BatchWriteResponse> unlessRefused(Answer<BatchWriteResponse> answer) {
            if (!(answer instanceof Answer.Done<BatchWriteResponse>(BatchWriteResponse response))) {
                return answer;
            }
            if (response.getItemsCount() != part.size()) {
                return Answer.refused(TitanError.of(
                        ErrorReason.OUTCOME_UNDETERMINED,
                        "another node answered " + response.getItemsCount() + " of " + part.size() + " operations"));
            }
            List<Optional<TitanError>> errors = response.getItemsList().stream()
                    .map(item -> TitanErrors.fromKeyStatus(item.getStatus()))
                    .toList();
            boolean allRouting = errors.stream()
                    .allMatch(
                            error -> error.filter(it -> isRouting(it.reason())).isPresent());
            return allRouting ? Answer.refused(errors.getFirst().orElseThrow()) : answer;
        }
    }
}

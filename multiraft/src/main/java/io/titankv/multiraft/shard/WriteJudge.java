package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import io.titankv.proto.durable.v1.Aborted;
import io.titankv.proto.durable.v1.InTransition;
import io.titankv.proto.durable.v1.RequestIdExpired;
import io.titankv.proto.durable.v1.SessionsFull;
import io.titankv.proto.durable.v1.WriteOperation;
import io.titankv.proto.durable.v1.WriteResult;
import io.titankv.proto.durable.v1.WrittenResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges the writes of one entry, in order: fence, request ids, conditions; each write sees what those before it did. Decides and
 * remembers, but does not touch the store. Made for one entry, by the one who applies.
 */
final class WriteJudge {
    private static final WriteResult ABORTED =
            WriteResult.newBuilder().setAborted(Aborted.getDefaultInstance()).build();
    private static final WriteResult IN_TRANSITION = WriteResult.newBuilder()
            .setInTransition(InTransition.getDefaultInstance())
            .build();
    private static final WriteResult EXPIRED = WriteResult.newBuilder()
            .setRequestIdExpired(RequestIdExpired.getDefaultInstance())
            .build();
    private static final WriteResult NO_ROOM = WriteResult.newBuilder()
            .setSessionsFull(SessionsFull.getDefaultInstance())
            .build();

    private final List<WriteOperation> operations;
    private final long baseVersion;
    private final ShardStore store;
    private final Ownership ownership;
    private final Sessions sessions;

    /** Versions that keys have after the writes judged so far, 0 for deleted ones. */
    private final Map<ByteString, Long> versions = new HashMap<>();

    private final List<ShardBatch.Change> changes = new ArrayList<>();
    private final WriteResult[] results;

    WriteJudge(
            List<WriteOperation> operations,
            long baseVersion,
            ShardStore store,
            Ownership ownership,
            Sessions sessions) {
        this.operations = operations;
        this.baseVersion = baseVersion;
        this.store = store;
        this.ownership = ownership;
        this.sessions = sessions;
        this.results = new WriteResult[operations.size()];
    }

    List<WriteResult> judge() {
        for (int from = 0; from < operations.size(); ) {
            int to = groupEnd(from);
            judgeGroup(from, to);
            from = to;
        }
        return List.of(results);
    }

    /** What the writes that were not refused change. After {@link #judge}. */
    List<ShardBatch.Change> changes() {
        return changes;
    }

    private int groupEnd(int from) {
        int group = operations.get(from).getAtomicGroup();
        int to = from + 1;
        while (group != 0 && to < operations.size() && operations.get(to).getAtomicGroup() == group) {
            to++;
        }
        return to;
    }

    private void judgeGroup(int from, int to) {
        if (!fence(from, to) || !recall(from, to)) {
            return;
        }
        boolean alone = to == from + 1;
        Map<ByteString, Long> tentative = alone ? versions : new HashMap<>();
        boolean refused = false;
        for (int i = from; i < to; i++) {
            WriteOperation operation = operations.get(i);
            long current = currentVersion(operation, tentative);
            if (!holds(operation, current)) {
                results[i] =
                        WriteResult.newBuilder().setVersionMismatch(current).build();
                refused = true;
                continue;
            }
            long version = baseVersion + i;
            results[i] = WriteResult.newBuilder()
                    .setWritten(WrittenResult.newBuilder().setVersion(version).setExisted(current != 0))
                    .build();
            tentative.put(operation.getKey(), operation.hasPut() ? version : 0L);
        }
        if (refused) {
            abortWritten(from, to);
        } else {
            keep(from, to, tentative);
        }
        for (int i = from; i < to; i++) {
            if (operations.get(i).hasRequestId()) {
                sessions.remember(operations.get(i).getRequestId(), results[i]);
            }
        }
    }

    /** False when a token of the group is not the shard's to serve. Nothing is remembered then: the write may be done elsewhere. */
    private boolean fence(int from, int to) {
        boolean owned = true;
        for (int i = from; i < to; i++) {
            long token = operations.get(i).getToken();
            if (ownership.owns(token)) {
                results[i] = ABORTED;
            } else if (ownership.isFrozen(token)) {
                results[i] = IN_TRANSITION;
                owned = false;
            } else {
                results[i] = WriteResult.newBuilder()
                        .setStaleRoute(ownership.epoch().value())
                        .build();
                owned = false;
            }
        }
        return owned;
    }

    /** False when a request of the group was judged before or cannot be judged any more. */
    private boolean recall(int from, int to) {
        boolean fresh = true;
        for (int i = from; i < to; i++) {
            if (!operations.get(i).hasRequestId()) {
                continue;
            }
            switch (sessions.recall(operations.get(i).getRequestId())) {
                case Sessions.Memory.New isNew -> {}
                case Sessions.Memory.Remembered remembered -> {
                    results[i] = remembered.result();
                    fresh = false;
                }
                case Sessions.Memory.Expired expired -> {
                    results[i] = EXPIRED;
                    fresh = false;
                }
                case Sessions.Memory.NoRoom noRoom -> {
                    results[i] = NO_ROOM;
                    fresh = false;
                }
            }
        }
        return fresh;
    }

    private long currentVersion(WriteOperation operation, Map<ByteString, Long> tentative) {
        Long version = tentative.get(operation.getKey());
        if (version == null) {
            version = versions.get(operation.getKey());
        }
        return version != null ? version : store.versionOf(operation.getToken(), operation.getKey());
    }

    private static boolean holds(WriteOperation operation, long current) {
        return switch (operation.getConditionCase()) {
            case ABSENT -> current == 0;
            case PRESENT -> current != 0;
            case VERSION_IS -> current == operation.getVersionIs();
            case CONDITION_NOT_SET -> true;
        };
    }

    private void abortWritten(int from, int to) {
        for (int i = from; i < to; i++) {
            if (results[i].hasWritten()) {
                results[i] = ABORTED;
            }
        }
    }

    private void keep(int from, int to, Map<ByteString, Long> tentative) {
        if (to > from + 1) {
            versions.putAll(tentative);
        }
        for (int i = from; i < to; i++) {
            WriteOperation operation = operations.get(i);
            WrittenResult written = results[i].getWritten();
            if (operation.hasPut()) {
                changes.add(new ShardBatch.Change.Put(
                        operation.getToken(), operation.getKey(), operation.getPut(), written.getVersion()));
            } else if (written.getExisted()) {
                changes.add(
                        new ShardBatch.Change.Delete(operation.getToken(), operation.getKey(), written.getVersion()));
            }
        }
    }
}

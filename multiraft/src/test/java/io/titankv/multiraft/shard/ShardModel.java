package io.titankv.multiraft.shard;

import io.titankv.model.Key;
import io.titankv.multiraft.shard.ShardWrite.Action;
import io.titankv.multiraft.shard.ShardWrite.Condition;
import io.titankv.multiraft.shard.ShardWrite.RequestId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a shard that owns everything promises, said as simply as possible: keys with values, and what each request id gave. Versions
 * are taken from what the shard answered, and checked to rise.
 */
final class ShardModel {
    /** What a write must give, apart from its version. */
    enum Verdict {
        WRITTEN,
        MISMATCH,
        ABORTED
    }

    record Value(String text, long version) {}

    private record Remembered(Verdict verdict, WriteOutcome outcome) {}

    final Map<Key, Value> values = new HashMap<>();
    private final Map<RequestId, Remembered> answers = new HashMap<>();
    private long lastVersion;

    /** Checks one group's outcomes, and takes over what it did. Groups hold ids never used, or are sent again whole. */
    void check(List<ShardWrite> group, List<WriteOutcome> outcomes) {
        List<Remembered> before = new ArrayList<>();
        for (ShardWrite write : group) {
            RequestId id = write.requestId();
            Remembered remembered = id == null ? null : answers.get(id);
            if (remembered != null) {
                before.add(remembered);
            }
        }
        if (!before.isEmpty()) {
            for (int i = 0; i < group.size(); i++) {
                Invariants.check(
                        same(before.get(i).outcome(), outcomes.get(i)), "a repeated request gets its first answer");
            }
            return;
        }
        List<Verdict> verdicts = judge(group);
        Map<Key, @Nullable Value> changed = new HashMap<>();
        for (int i = 0; i < group.size(); i++) {
            WriteOutcome outcome = outcomes.get(i);
            Verdict verdict = verdicts.get(i);
            switch (verdict) {
                case WRITTEN -> {
                    WriteOutcome.Written written = (WriteOutcome.Written) outcome;
                    Invariants.check(written.version() > lastVersion, "versions rise");
                    lastVersion = written.version();
                    Value current = current(group.get(i).key(), changed);
                    Invariants.check(written.existed() == (current != null), "existed is true when there was a value");
                    changed.put(
                            group.get(i).key(),
                            group.get(i).action() instanceof Action.Put put
                                    ? new Value(put.value().toStringUtf8(), written.version())
                                    : null);
                }
                case MISMATCH -> Invariants.check(outcome instanceof WriteOutcome.VersionMismatch, "a mismatch");
                case ABORTED -> Invariants.check(outcome instanceof WriteOutcome.Aborted, "aborted");
            }
            RequestId id = group.get(i).requestId();
            if (id != null) {
                answers.put(id, new Remembered(verdict, outcome));
            }
        }
        changed.forEach((key, value) -> {
            if (value == null) {
                values.remove(key);
            } else {
                values.put(key, value);
            }
        });
    }

    private List<Verdict> judge(List<ShardWrite> group) {
        List<Verdict> verdicts = new ArrayList<>();
        Map<Key, Boolean> present = new HashMap<>();
        boolean refused = false;
        for (ShardWrite write : group) {
            boolean touched = present.containsKey(write.key());
            Value value = values.get(write.key());
            boolean exists = touched ? present.getOrDefault(write.key(), false) : value != null;
            boolean holds = switch (write.condition()) {
                case Condition.Always _ -> true;
                case Condition.Absent _ -> !exists;
                case Condition.Present _ -> exists;
                // A version that the caller knew cannot be that of a write of the same group.
                case Condition.VersionIs is ->
                    is.version() == 0
                            ? !exists
                            : exists && !touched && value != null && value.version() == is.version();
            };
            verdicts.add(holds ? Verdict.WRITTEN : Verdict.MISMATCH);
            refused |= !holds;
            if (holds) {
                present.put(write.key(), write.action() instanceof Action.Put);
            }
        }
        if (refused) {
            verdicts.replaceAll(verdict -> verdict == Verdict.WRITTEN ? Verdict.ABORTED : verdict);
        }
        return verdicts;
    }

    private @Nullable Value current(Key key, Map<Key, @Nullable Value> changed) {
        return changed.containsKey(key) ? changed.get(key) : values.get(key);
    }

    /** A repeated request is answered with the position of the entry that repeated it. */
    private static boolean same(WriteOutcome first, WriteOutcome again) {
        if (first instanceof WriteOutcome.Written a && again instanceof WriteOutcome.Written b) {
            return a.version() == b.version() && a.existed() == b.existed();
        }
        return first.equals(again);
    }
}

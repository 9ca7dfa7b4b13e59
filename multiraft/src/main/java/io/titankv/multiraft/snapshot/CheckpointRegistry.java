package io.titankv.multiraft.snapshot;

import io.titankv.model.GroupId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who makes checkpoints of which group on this node. Thread-safe. */
public final class CheckpointRegistry {
    private final Map<GroupId, CheckpointSource> sources = new ConcurrentHashMap<>();

    /** From now on checkpoints of the group come from this source, and no more from an earlier one. */
    public void register(GroupId group, CheckpointSource source) {
        sources.put(group, source);
    }

    /** Ends a registration, unless another source has taken its place. */
    public void unregister(GroupId group, CheckpointSource source) {
        var _ = sources.remove(group, source);
    }

    public Optional<CheckpointSource> source(GroupId group) {
        return Optional.ofNullable(sources.get(group));
    }
}

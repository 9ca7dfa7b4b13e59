package io.titankv.server;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the shards here, told at once to whom it matters: to placement, whose next heartbeat may be a second away, and to the
 * gateway, where requests wait for it. Thread-safe.
 */
final class ShardNews {
    private final Runnable placement;
    private volatile Consumer<GroupId> gateway = _ -> {};

    /** @param placement run with each news; must not block */
    ShardNews(Runnable placement) {
        this.placement = placement;
    }

    /** From now on that one is told as well; it must not block. */
    void tell(Consumer<GroupId> listener) {
        gateway = listener;
    }

    /** A replica here heard who leads, null: that nobody does, which nobody waits for. */
    void onLeadership(GroupId shard, @Nullable NodeId leader) {
        placement.run();
        if (leader != null) {
            gateway.accept(shard);
        }
    }

    /** A replica here went a step further in a range transfer. */
    void onTransfer(GroupId shard) {
        placement.run();
        gateway.accept(shard);
    }
}

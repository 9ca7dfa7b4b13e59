package io.titankv.gateway;

import io.titankv.model.GroupId;
import io.titankv.model.ShardMap;
import io.titankv.multiraft.shard.Shard;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A request as the {@link Router} sees it: where it belongs, and how one try of it is made. The futures end within the try's
 * deadline and never exceptionally for what an answer can say.
 */
interface Routed<T> {
    /** The shard that owns all that the request touches; empty when no one shard does any more. */
    Optional<GroupId> owner(ShardMap map);

    /** True when only the leader will do. */
    boolean needLeader();

    /** True when it changes nothing, so that it may be asked again whatever became of a try. */
    boolean isRead();

    CompletableFuture<Answer<T>> tryHere(Shard shard, Try details);

    CompletableFuture<Answer<T>> tryThere(Target.Peer peer, Try details);

    /**
     * One try.
     *
     * @param map the map that it was routed by
     * @param outcomes names what the shard refuses
     */
    record Try(ShardMap map, GroupId group, Deadline deadline, Outcomes outcomes) {}
}

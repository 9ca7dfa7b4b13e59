package io.titankv.gateway;

import io.titankv.model.Epoch;
import io.titankv.model.ShardMap;

/** Where the gateway learns who owns what. Thread-safe; nothing here blocks. */
public interface RouteSource {
    /** The newest map that this node has; {@link ShardMap#EMPTY} before there is one. May change at any time. */
    ShardMap current();

    /** Says that someone has a ring of that epoch, which may be newer than {@link #current}: a reason to look for it. */
    default void onEpochSeen(Epoch epoch) {}
}
